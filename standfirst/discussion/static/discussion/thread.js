// A discussion on an open page. All of it works as plain links and forms without this script.

import { Bubble } from "./bubble.js";
import { extras } from "./extras.js";
import { News } from "./news.js";
import { posts, showMine } from "./posting.js";
import { reads } from "./reading.js";
import { returns } from "./returning.js";
import { votes } from "./voting.js";

for (const thread of document.querySelectorAll(".thread[data-thread]")) {
  let bubble = null;
  const news = new News(thread, (...args) => bubble?.changed(...args));
  bubble = new Bubble(thread, news);
  reads(thread);
  posts(thread);
  votes(thread);
  showMine(thread);
  thread.addEventListener("click", (event) => {
    const link = event.target.closest("a.comment-report");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    import("./moderating/reporting.js").then((script) => script.report(thread, link)).catch(() => location.assign(link.href));
  });
  thread.closest("[data-live-key]")?.addEventListener("touched", (event) => {
    if (event.detail.key !== `thread:${thread.dataset.thread}`) return;
    event.preventDefault();
    news.look().catch(() => {}); // the next touch, or the next visit, shows it
  });
  extras(thread);
  returns(thread);
}
