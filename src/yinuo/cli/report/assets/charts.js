"use strict";
// Time used against the limit: stacked bars of tenths, a line where the limit is used up, a click opens the cases.
(() => {
  const { embedded, say, named, onLanguage } = window.yinuo;
  if (!window.echarts) return;
  const STATES = ["kept", "late", "overdue"];
  const COLOURS = { kept: "#0b5a86", late: "#b3261e", overdue: "#b3261e" };
  const drawn = [];

  const option = (spread) => ({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: 12, top: 46, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: "#566370" } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true },
    xAxis: [
      { type: "category", data: spread.bars.map((_, bin) => (bin === 20 ? "≥ 200%" : `${bin}0 – ${bin + 1}0%`)), axisLabel: { show: false }, axisTick: { show: false } },
      { type: "value", min: 0, max: 21, position: "bottom", interval: 5, splitLine: { show: false }, axisLine: { show: false }, axisLabel: { color: "#566370", formatter: (value) => (value % 5 ? "" : `${value * 10}%`) } },
    ],
    yAxis: { type: "value", minInterval: 1, splitNumber: 3, axisLabel: { color: "#566370" }, splitLine: { lineStyle: { color: "#e6ebef" } } },
    series: [
      ...STATES.map((state, index) => ({
        name: named("state", state), type: "bar", stack: "all", barCategoryGap: "8%",
        itemStyle: { color: COLOURS[state], ...(state === "overdue" && { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4, color: "rgba(255,255,255,.65)" } }) },
        data: spread.bars.map((bar) => bar[index]),
      })),
      { type: "line", xAxisIndex: 1, data: [], silent: true, tooltip: { show: false }, markLine: { silent: true, symbol: "none", lineStyle: { color: "#17212b", type: "solid", width: 2 }, label: { formatter: say("期限", "limit"), color: "#17212b", position: "end", distance: 3 }, data: [{ xAxis: 10 }] } },
    ],
    aria: { enabled: false },
  });

  const start = (place) => {
    const spread = embedded.spreads[Number(place.dataset.spread)];
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option(spread));
    chart.on("click", (at) => {
      if (at.componentType === "series") location.hash = `#clocks?clause=${encodeURIComponent(spread.clause)}&state=${STATES[at.seriesIndex]}&bin=${at.dataIndex}`;
    });
    drawn.push({ chart, spread });
  };

  document.querySelectorAll("[data-spread]").forEach(start);
  onLanguage(() => drawn.forEach(({ chart, spread }) => chart.setOption(option(spread), true)));
  window.addEventListener("resize", () => drawn.forEach(({ chart }) => chart.resize()));
})();
