// The widget's side of the session and of the frame. The page around us is another site: a browser
// may not send our cookie here, so the session's token is kept by this page and sent as a header.

const KEY = "firstline.session";

export const panelSession = {
  token: null,

  keep(token) {
    this.token = token;
    try {
      localStorage.setItem(KEY, token);
    } catch {
      // Storage is forbidden inside another site: the session lives as long as the frame.
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
