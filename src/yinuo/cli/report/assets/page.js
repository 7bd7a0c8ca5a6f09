"use strict";
// What every part of the page shares: the rows it carries, the language, and how a text is chosen.
window.yinuo = (() => {
  const embedded = JSON.parse(document.getElementById("embedded").textContent);
  const root = document.documentElement;
  const listeners = [];
  const remembered = () => { try { return localStorage.getItem("yinuo-language"); } catch { return null; } };
  const remember = (lang) => { try { localStorage.setItem("yinuo-language", lang); } catch { /* a page opened from a file may keep nothing */ } };
  const english = () => root.lang === "en";
  const setLanguage = (lang) => { root.lang = lang; listeners.forEach((listener) => listener()); };
  if (remembered() === "en") root.lang = "en";
  document.getElementById("language").addEventListener("click", () => {
    const lang = english() ? "zh-CN" : "en";
    remember(lang);
    setLanguage(lang);
  });
  return {
    embedded,
    english,
    say: (zh, en) => (english() ? en : zh),
    named: (kind, key) => { const pair = embedded.names[kind]?.[key]; return pair ? pair[english() ? 1 : 0] : key; },
    onLanguage: (listener) => listeners.push(listener),
  };
})();
