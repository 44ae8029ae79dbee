// All pages of the console.
import { themeToggle } from "/static/looks.js";

themeToggle();

for (const time of document.querySelectorAll("time[data-moment]")) {
  const at = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
