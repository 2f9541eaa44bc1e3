// New facts of an open file: a notice says how many there are; the page moves only when its reader asks.
"use strict";
const news = document.querySelector("#news");
if (news && "EventSource" in window) {
  let seen = 0;
  const stream = new EventSource(news.dataset.live);
  stream.addEventListener("entries", (event) => {
    seen += JSON.parse(event.data).length;
    news.querySelector("span").textContent = seen === 1 ? news.dataset.one : news.dataset.many.replace("{n}", seen);
    news.hidden = false;
  });
  window.addEventListener("pagehide", () => stream.close());
}
