// The widget's side of the session and of the frame. The page around us is another site: a browser
// sends no usual cookie of ours here, so this page keeps the session's token and sends it as a
// header. Where even its storage is forbidden, a partitioned cookie brings the token back (https).

const KEY = "firstline.session";

export const panelSession = {
  token: null,

  keep(token) {
    this.token = token;
    try {
      localStorage.setItem(KEY, token);
    } catch {
      // Storage is forbidden inside another site.
    }
  },

  async open() {
    let token = this.token;
    try {
      token = localStorage.getItem(KEY) || token;
    } catch {
      // see keep
    }
    const response = await fetch("/widget/session", {
      method: "POST",
      headers: { accept: "application/json", "x-firstline-session": token || "" },
    });
    return response.json();
  },
};

if (window.parent !== window) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ firstline: "close" }, "*"); // no secret in it
  });
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.data?.firstline === "opened") document.getElementById("text")?.focus();
  });
}
