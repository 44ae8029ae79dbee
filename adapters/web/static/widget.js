// Firstline on another site: <script src="https://help.example.com/widget.js" defer></script>
// data-title: the name of the panel; data-label: the words on the button; data-side: left or right.
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const { title = "Support", label = "Help", side = "right" } = script.dataset;

  const css = `
    :host { all: initial; }
    button, iframe { position: fixed; z-index: 2147483000; bottom: 20px; ${side === "left" ? "left" : "right"}: 20px; }
    button { display: flex; align-items: center; gap: 9px; height: 52px; padding: 0 22px 0 18px; border: 0; border-radius: 26px;
      background: #0b6b62; color: #fff; font: 600 16px/1 system-ui, sans-serif; cursor: pointer;
      box-shadow: 0 6px 24px rgb(0 0 0 / 22%); }
    button:hover { background: #085048; }
    button:focus-visible { outline: 3px solid #0b6b62; outline-offset: 3px; }
    svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    iframe { bottom: 84px; width: min(400px, calc(100vw - 40px)); height: min(640px, calc(100vh - 108px)); border: 0;
      border-radius: 18px; background: Canvas; box-shadow: 0 12px 48px rgb(0 0 0 / 28%); }
    [hidden] { display: none; }
    @media (max-width: 480px) { iframe { inset: 0 0 84px 0; width: 100vw; height: calc(100dvh - 84px); border-radius: 0; } }`;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // not a style element: the site's own policy may forbid those
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const frame = document.createElement("iframe");
  Object.assign(frame, { title, hidden: true, allow: "clipboard-write" });
  frame.setAttribute("allow", "clipboard-write");

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  icon.append(svg("path", { d: "M20 11.5a8 8 0 0 1-11.7 7.1L4 20l1.4-4.2A8 8 0 1 1 20 11.5Z" }));
  button.append(icon);
  const words = document.createElement("span");
  words.textContent = label;
  button.append(words);
  root.append(frame, button);

  const say = (what) => frame.contentWindow.postMessage({ firstline: what }, origin);
  function open() {
    if (!frame.src) {
      frame.src = `${origin}/widget`;
      frame.addEventListener("load", () => say("opened"));
    }
    show(true);
    frame.focus();
    say("opened");
  }
  function close() {
    show(false);
    button.focus();
  }
  function show(on) {
    frame.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    words.textContent = on ? "Close" : label;
  }

  button.addEventListener("click", () => (frame.hidden ? open() : close()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !frame.hidden) close();
  });
  window.addEventListener("message", (event) => {
    if (event.origin === origin && event.source === frame.contentWindow && event.data?.firstline === "close") close();
  });
  const mount = () => document.body.append(host);
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount);
})();
