// What makes pages nicer and is needed by none: the theme, times in the reader's zone, copying of code.

const YEAR = 365 * 24 * 3600;

export function themeToggle() {
  const root = document.documentElement;
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  button.hidden = false;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  button.addEventListener("click", () => {
    const now = root.dataset.theme || (system.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `firstline_theme=${root.dataset.theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}

export function localTimes(within) {
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  for (const time of within.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    time.textContent = clock.format(at);
    time.title = at.toLocaleString();
  }
}

function dayWords(at) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(at)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

function startOfDay(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate());
}

// The server separates days in UTC; here they are the reader's.
export function localDays(log) {
  for (const day of log.querySelectorAll("[data-day]")) day.remove();
  let before = "";
  for (const message of log.querySelectorAll("[data-at]")) {
    const at = new Date(message.dataset.at);
    const words = dayWords(at);
    if (words !== before) message.before(daySeparator(at, words));
    before = words;
  }
}

function daySeparator(at, words) {
  const day = document.createElement("p");
  day.className = "day";
  day.dataset.day = "";
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = words;
  day.append(time);
  return day;
}

export function codeTools(within) {
  for (const block of within.querySelectorAll(".prose pre:not([tabindex])")) {
    block.tabIndex = 0; // it may scroll, so a keyboard must reach it
    block.setAttribute("role", "region");
    block.setAttribute("aria-label", "Code");
    const frame = document.createElement("div");
    frame.className = "code";
    block.replaceWith(frame);
    frame.append(block, copyButton(block));
  }
  for (const table of within.querySelectorAll(".prose > table")) {
    const frame = document.createElement("div");
    frame.className = "table-frame";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "Table");
    table.replaceWith(frame);
    frame.append(table);
  }
}

function copyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "Selected: press Ctrl + C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2500);
  });
  return button;
}
