// Draws a figure's way through its periods: the value with its interval, n as bars below.
"use strict";

for (const place of document.querySelectorAll("[data-figure]")) {
  if (!window.echarts) break;
  const facts = JSON.parse(place.dataset.figure);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const sign = facts.share ? " %" : "";
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const band = facts.high.map((high, index) => (high === null ? null : high - facts.low[index]));
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
    grid: [{ left: 48, right: 12, top: 14, height: 150 }, { left: 48, right: 12, top: 186, height: 40 }],
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      formatter: (points) => {
        const at = points[0].dataIndex;
        const interval = facts.low[at] === null ? "" : `\n${facts.labels.interval} ${facts.low[at]}–${facts.high[at]}${sign}`;
        return `${facts.periods[at]}\n${facts.value[at] ?? "—"}${sign}${interval}\nn = ${facts.n[at]}`;
      },
    },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    xAxis: [0, 1].map((grid) => ({
      type: "category", data: facts.periods, gridIndex: grid, axisTick: { show: false }, axisLabel: { show: grid === 1, color: colour("--quiet") },
      axisLine: { lineStyle: { color: colour("--edge") } },
    })),
    yAxis: [
      { type: "value", scale: true, max: facts.share ? 100 : undefined, axisLabel: { formatter: `{value}${sign}`, color: colour("--quiet") }, splitLine: { lineStyle: { color: colour("--line") } } },
      { type: "value", gridIndex: 1, splitNumber: 1, axisLabel: { color: colour("--quiet") }, splitLine: { show: false }, name: "n", nameGap: 4, nameTextStyle: { color: colour("--quiet") } },
    ],
    series: [
      { type: "line", data: facts.low, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true },
      { type: "line", data: band, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: colour("--accent-soft"), opacity: 1 }, silent: true },
      {
        type: "line", data: facts.value, symbol: "circle", symbolSize: 7, lineStyle: { width: 2, color: colour("--accent") }, itemStyle: { color: colour("--accent") }, z: 3,
        markLine: facts.target === null ? undefined : { symbol: "none", silent: true, data: [{ yAxis: facts.target }], lineStyle: { color: colour("--ink"), type: "dashed" }, label: { formatter: facts.labels.target, position: "insideEndTop" } },
      },
      { type: "bar", data: facts.n, xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color: "#b9c6d0" }, barMaxWidth: 26 },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
}
