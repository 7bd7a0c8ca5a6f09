"use strict";
// The rows behind the numbers: #clocks?clause=…&state=late shows the clocks whose columns have these values.
(() => {
  const { embedded, say, named, onLanguage } = window.yinuo;
  const PAGE = 50;
  const DATED = { cases: "closed", clocks: "due", findings: "raised" };
  const COLUMNS = {
    cases: [
      ["case", "办件", "Case", "case"], ["kind", "种类", "Kind"], ["item", "事项", "Item", "text"], ["unit", "单位", "Unit", "text"],
      ["opened", "开始", "Opened", "when"], ["closed", "结束", "Closed", "when"], ["events", "事件", "Events", "num"],
      ["clocks", "计时", "Clocks", "num", "clocks"], ["findings", "提示", "Findings", "num", "findings"],
    ],
    clocks: [
      ["case", "办件", "Case", "case"], ["clause", "承诺", "Promise", "name"], ["unit", "单位", "Unit", "text"], ["state", "状态", "State", "state"],
      ["level", "等级", "Level", "level"], ["started", "起算", "Started", "when"], ["due", "截止", "Due", "when"], ["ended", "停止", "Ended", "when"],
      ["used", "用时", "Used", "amount"], ["allowed", "期限", "Allowed", "amount"], ["paused", "暂停", "Paused", "amount"],
    ],
    findings: [
      ["case", "办件", "Case", "case"], ["level", "等级", "Level", "level"], ["clause", "条款", "Clause", "name"], ["unit", "单位", "Unit", "text"],
      ["raised", "起", "Raised", "when"], ["cleared", "消除", "Cleared", "when"], ["why", "缘由", "Why", "why"],
    ],
  };
  const LABELS = {
    clause: ["条款", "Clause"], unit: ["单位", "Unit"], state: ["状态", "State"], level: ["等级", "Level"], case: ["办件", "Case"], bin: ["用去期限", "Of the limit"],
    open: ["未消除", "Open"], drawn: ["画在图上", "In the chart"], since: ["自", "From"], before: ["至（不含）", "Before"], party: ["约束办事人", "Binds the citizen"], kind: ["种类", "Kind"], item: ["事项", "Item"],
  };
  const CLASSES = { num: "num", amount: "num", when: "when", case: "id", why: "wrap", text: "narrow", name: "narrow" };
  const byId = (id) => document.getElementById(id);
  const state = { table: "clocks", filters: [], sort: null, down: true, page: 0 };

  const cell = (table, column, row) => {
    const values = embedded[table].columns[column];
    if (!values) return null;
    if (Array.isArray(values)) return values[row];
    const at = values.at[row];
    return at === null ? null : values.words[at];
  };

  // A column in which no row says anything is not shown.
  const filled = (table, column) => {
    const values = embedded[table].columns[column];
    return Boolean(values) && (Array.isArray(values) ? values.some((value) => value !== null && value !== "") || values.length === 0 : values.words.some((word) => word !== ""));
  };

  const matching = () => {
    const wanted = new Map();
    for (const [key, value] of state.filters) wanted.set(key, [...(wanted.get(key) || []), value]);
    const search = byId("search").value.trim().toLowerCase();
    const dated = DATED[state.table];
    const rows = [];
    for (let row = 0; row < embedded[state.table].rows; row += 1) {
      const fits = [...wanted].every(([key, values]) => {
        const at = key === "since" || key === "before" ? cell(state.table, dated, row) : null;
        if (key === "since") return at !== null && at >= values[0];
        if (key === "before") return at !== null && at < values[0];
        const value = key === "drawn" ? Number(cell(state.table, "bin", row) !== null) : cell(state.table, key, row);
        return values.includes(value === null ? "" : String(value));
      });
      if (fits && (!search || String(cell(state.table, "case", row)).toLowerCase().includes(search))) rows.push(row);
    }
    if (state.sort) {
      const key = state.sort === "why" ? say("why_zh", "why_en") : state.sort;
      const value = (row) => cell(state.table, key, row);
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === y) return a - b;
        if (x === null) return 1;
        if (y === null) return -1;
        return (x < y ? -1 : 1) * (state.down ? -1 : 1);
      });
    }
    return rows;
  };

  const element = (tag, props = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...children);
    return made;
  };

  const mark = (level) => {
    if (!level) return "";
    const { rank } = embedded.names;
    const above = Object.keys(rank).filter((other) => rank[other] > rank[level]).length;
    const shape = Math.min(above, 5);
    const sign = element("i", { className: `shape s${shape}` });
    sign.setAttribute("aria-hidden", "true");
    return element("span", { className: `level c-${embedded.names.colour[level] || "grey"}` }, sign, named("level", level));
  };

  // An amount with its unit; two days and more of elapsed time in days.
  const amount = (value, row) => {
    if (value === null) return "–";
    const measure = cell("clocks", "measure", row);
    const perDay = { minutes: 1440, hours: 24 }[measure];
    const days = perDay !== undefined && value >= 2 * perDay;
    const number = (days ? value / perDay : value).toLocaleString("en", { maximumFractionDigits: 1 });
    return `${number} ${days ? say("天", "days") : named("measure", measure || "")}`;
  };

  const shown = (column, kind, target, row) => {
    const value = cell(state.table, kind === "why" ? say("why_zh", "why_en") : column, row);
    const id = encodeURIComponent(cell(state.table, "case", row));
    if (kind === "case") return element("a", { href: `#${state.table === "cases" ? "clocks" : "cases"}?case=${id}` }, value);
    if (target && value) return element("a", { href: `#${target}?case=${id}` }, String(value));
    if (kind === "level") return mark(value);
    if (kind === "name" || kind === "text") return named(column, value);
    if (kind === "state") return element("span", {}, element("i", { className: `glyph g-${value}` }), named("state", value));
    if (kind === "amount") return amount(value, row);
    return value === null ? "–" : typeof value === "number" ? value.toLocaleString("en") : value;
  };

  const told = (key, value) => {
    const label = LABELS[key] ? say(...LABELS[key]) : key.replace("case:", "");
    if (key === "open" || key === "party") return value === "1" ? label : say("不约束办事人", "binds an office");
    if (key === "drawn") return value === "1" ? label : say("未画在图上", "Not in the chart");
    if (key === "bin") return `${label} ${value === "20" ? "≥ 200%" : `${value}0 – ${Number(value) + 1}0%`}`;
    return `${label} ${value === "" ? say("（未记）", "(none)") : named(key, value)}`;
  };

  const address = (filters) => `#${state.table}?${filters.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&")}`;

  const behind = () => {
    const number = [...document.querySelectorAll("a.n[data-rows]")].find((link) => link.getAttribute("href") === location.hash);
    return number ? Number(number.dataset.rows) : null;
  };

  const status = (found) => {
    const { total, rows } = embedded[state.table];
    const file = state.table === "cases" ? null : `${state.table}.${embedded.suffix}`;
    const searching = byId("search").value.trim() !== "";
    const all = state.filters.length ? behind() : total;
    const count = found.toLocaleString("en");
    if (rows === total) return say(`${count} 行`, `${count} rows`);
    const rest = file ? say(`，全部在 ${file}`, `; all are in ${file}`) : say("，全部在日志里", "; all are in the log");
    if (all === null || searching) return say(`本页带有其中 ${count} 行（全表 ${total.toLocaleString("en")} 行，本页带 ${rows.toLocaleString("en")} 行）${rest}`, `${count} of the ${rows.toLocaleString("en")} rows this page carries (of ${total.toLocaleString("en")})${rest}`);
    if (found >= all) return say(`${count} 行`, `${count} rows`);
    return say(`共 ${all.toLocaleString("en")} 行，本页带有其中 ${count} 行，另有 ${(all - found).toLocaleString("en")} 行${file ? `在 ${file}` : "在日志里"}`, `${count} of ${all.toLocaleString("en")} rows are carried by this page; ${(all - found).toLocaleString("en")} more are in ${file || "the log"}`);
  };

  const heads = (columns) => element("tr", {}, ...columns.map(([key, zh, en, kind]) => {
    const sorted = state.sort === key;
    const button = element("button", { type: "button", onclick: () => { state.down = sorted ? !state.down : true; state.sort = key; state.page = 0; draw(); } }, say(zh, en) + (sorted ? (state.down ? " ↓" : " ↑") : ""));
    const head = element("th", { scope: "col", className: CLASSES[kind] === "num" ? "num" : "" }, button);
    if (sorted) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    return head;
  }));

  const draw = () => {
    // A column that a filter holds at one value says nothing more than the filter does.
    const pinned = new Set(state.filters.filter(([key], _, all) => key !== "case" && all.filter(([other]) => other === key).length === 1).map(([key]) => key));
    const columns = COLUMNS[state.table].filter(([key]) => !pinned.has(key) && (key === "why" || filled(state.table, key)));
    const found = matching();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const part = found.slice(state.page * PAGE, (state.page + 1) * PAGE);
    const list = byId("list");
    list.tHead.replaceChildren(heads(columns));
    list.tBodies[0].replaceChildren(...part.map((row) => element("tr", {}, ...columns.map(([key, , , kind, target]) => element("td", { className: CLASSES[kind] || "" }, shown(key, kind, target, row))))));
    byId("shown").textContent = status(found.length);
    byId("shown").dataset.found = found.length;
    byId("filters").replaceChildren(...state.filters.map(([key, value]) => element("button", { type: "button", onclick: () => { location.hash = address(state.filters.filter(([k, v]) => k !== key || v !== value)); } }, `${told(key, value)} ×`)));
    byId("page").textContent = `${state.page + 1} / ${pages}`;
    byId("back").disabled = state.page === 0;
    byId("forth").disabled = state.page >= pages - 1;
    byId("back").setAttribute("aria-label", say("上一页", "previous page"));
    byId("forth").setAttribute("aria-label", say("下一页", "next page"));
    document.querySelectorAll("[data-table]").forEach((tab) => (tab.dataset.table === state.table ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
  };

  const follow = (event) => {
    const asked = location.hash.match(/^#(cases|clocks|findings)\?(.*)$/);
    if (!asked) return;
    Object.assign(state, { table: asked[1], filters: [...new URLSearchParams(asked[2])], sort: null, down: true, page: 0 });
    byId("search").value = "";
    draw();
    if (event !== "first" || asked[2]) byId("rows-title").focus({ preventScroll: true }), byId("rows").scrollIntoView();
  };

  byId("search").addEventListener("input", () => { state.page = 0; draw(); });
  byId("back").addEventListener("click", () => { state.page -= 1; draw(); });
  byId("forth").addEventListener("click", () => { state.page += 1; draw(); });
  window.addEventListener("hashchange", follow);
  // A link to the rows already shown changes no address, yet the reader wants to be taken there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });
  onLanguage(draw);
  draw();
  follow("first");
})();
