// What others cause: the socket says which thing changed, the page asks for that fragment again.
// Elements say what they show with data-live="proposal.12 connection.*" and fetch themselves on the event `live`.
(() => {
  "use strict";

  const POLL_MS = 15000;
  const OFFLINE_AFTER_MS = 5000;
  const LONGEST_WAIT_MS = 20000;
  const GATHER_MS = 60;
  const BETWEEN_FLUSHES_MS = 1000;

  let tries = 0;
  let offlineTimer = 0;
  let isOffline = false;

  const matches = (pattern, target) =>
    pattern.endsWith("*") ? target.startsWith(pattern.slice(0, -1)) : pattern === target;

  // What the pointer is down on: replaced before the pointer is up, it would never be clicked.
  let pressed = null;
  // What shall be fetched once nobody is busy with it.
  const held = new Set();

  const isBusy = (element) => {
    const focused = document.activeElement;
    const types = element.contains(focused) && focused.matches("input, textarea, select");
    return types || element.contains(pressed) || element.querySelector("details.menu[open]") !== null;
  };

  function refetch(wanted) {
    const shown = [...document.querySelectorAll("[data-live]")].filter((element) => element.checkVisibility());
    const found = shown.filter(wanted);
    const due = found.filter((element) => !isBusy(element));
    for (const element of found) if (!due.includes(element)) held.add(element);
    for (const element of due) {
      if (due.some((other) => other !== element && other.contains(element))) continue;
      htmx.trigger(element, "live");
    }
  }

  function release() {
    for (const element of held) {
      if (element.isConnected && isBusy(element)) continue;
      held.delete(element);
      if (element.isConnected) htmx.trigger(element, "live");
    }
  }
  const soonRelease = () => setTimeout(release); // the click comes first

  document.addEventListener("pointerdown", (event) => {
    if (event.button === 0) pressed = event.target;
  });
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => {
      setTimeout(() => {
        pressed = null;
        release();
      });
    });
  }
  document.addEventListener("focusout", soonRelease);
  document.addEventListener("toggle", soonRelease, true);
  // An answer that nobody here asked for may come while somebody is busy: it is asked for again afterwards.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    const cause = requestConfig.triggeringEvent?.type ?? "live";
    if (cause !== "live" || !target.matches("[data-live]") || !isBusy(target)) return;
    event.detail.shouldSwap = false;
    held.add(target);
  });

  const refetchAll = () => refetch(() => true);

  // A sync says where it is many times a second; a page asks once a second at most.
  const pending = new Set();
  let flushing = 0;
  let flushedAt = 0;

  function flush() {
    const targets = [...pending];
    pending.clear();
    flushing = 0;
    flushedAt = performance.now();
    refetch((element) =>
      element.dataset.live.split(" ").some((pattern) => targets.some((target) => matches(pattern, target))),
    );
  }

  function onHint(target) {
    pending.add(target);
    const rest = flushedAt + BETWEEN_FLUSHES_MS - performance.now();
    flushing ||= setTimeout(flush, Math.max(GATHER_MS, rest));
  }

  function setOffline(offline) {
    if (offline === isOffline) return;
    isOffline = offline;
    document.getElementById("offline").hidden = !offline;
    document.body.classList.toggle("is-offline", offline);
    for (const bar of document.querySelectorAll(".act, .prop-f")) bar.inert = offline;
    window.countersign.announce(offline ? "You are offline. Deciding is off." : "You are online again.");
    if (!offline) refetchAll();
  }

  const soonOffline = () => {
    offlineTimer ||= setTimeout(() => setOffline(true), OFFLINE_AFTER_MS);
  };

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/live`);
    socket.addEventListener("open", () => {
      clearTimeout(offlineTimer);
      offlineTimer = 0;
      if (tries > 0) refetchAll();
      tries = 0;
      setOffline(false);
    });
    socket.addEventListener("message", (event) => onHint(JSON.parse(event.data).target));
    socket.addEventListener("close", () => {
      soonOffline();
      tries += 1;
      const wait = Math.min(LONGEST_WAIT_MS, 400 * 2 ** tries) * (0.5 + Math.random() / 2);
      setTimeout(connect, wait);
    });
  }

  function showCount() {
    const count = document.querySelector("[data-count]")?.dataset.count;
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (count) document.title = `(${count}) ${document.title}`;
  }

  const said = new Map();

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "live") event.detail.headers["X-Live"] = "1";
  });
  // A status that changed by itself is also said: data-announce="P-12" and the pill inside, "P-12: Confirmed".
  document.addEventListener("htmx:load", () => {
    for (const element of document.querySelectorAll("[data-announce][id]")) {
      const text = `${element.dataset.announce}: ${element.textContent.trim()}`;
      if (said.has(element.id) && said.get(element.id) !== text) window.countersign.announce(text);
      said.set(element.id, text);
    }
    showCount();
  });

  // Also while the socket is down: an answer "signed out" then still brings the sign-in page.
  setInterval(() => {
    if (document.visibilityState === "visible") refetchAll();
  }, POLL_MS);
  window.addEventListener("offline", soonOffline);
  showCount();
  connect();
})();
