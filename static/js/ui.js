// Small behaviours of every page: dialogs, menus, copying, toasts, theme, rows that open their record.
(() => {
  "use strict";

  const TOAST_MS = 8000;

  function announce(text) {
    const region = document.getElementById("announce");
    region.textContent = "";
    requestAnimationFrame(() => (region.textContent = text));
  }

  function expire(toast) {
    let timer = setTimeout(() => toast.remove(), TOAST_MS);
    toast.addEventListener("mouseenter", () => clearTimeout(timer));
    toast.addEventListener("mouseleave", () => (timer = setTimeout(() => toast.remove(), TOAST_MS)));
  }

  function toast({ text, tone = "ok" }) {
    const box = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    const [done, warning] = box.querySelectorAll(":scope > .icon");
    (tone === "ok" ? warning : done).remove();
    box.querySelector("span").textContent = text;
    document.getElementById("toasts").append(box);
    expire(box);
    announce(text);
  }

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast({ text: "Copied." });
  }

  function pinTheme(choice) {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = choice;
    root.dataset.bsTheme = choice === "system" ? system : choice;
    for (const button of document.querySelectorAll("[data-theme-form] button")) {
      button.setAttribute("aria-pressed", String(button.value === choice));
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target) || target.closest(".menu-i, .sheet a")) menu.open = false;
    }
    const opener = target.closest("[data-dialog]");
    if (opener) document.querySelector(opener.dataset.dialog).showModal();
    if (target.closest("[data-close]")) target.closest("dialog").close();
    if (target.matches("dialog")) target.close(); // the backdrop
    if (target.closest("[data-dismiss]")) target.closest("[data-toast]").remove();
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
    const option = target.closest("[role=option]");
    if (option && !target.closest("input, label")) {
      for (const other of option.closest("[role=listbox]").querySelectorAll("[role=option]")) {
        other.setAttribute("aria-selected", String(other === option));
      }
    }
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label, summary") && !String(getSelection())) {
      (row.querySelector(`a[href="${row.dataset.href}"]`) || row.querySelector("a")).click();
    }
  });

  // A file that is too large would be refused only after it was sent whole.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches("input[type=file][data-largest]")) return;
    const isTooLarge = field.files[0]?.size > Number(field.dataset.largest);
    field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
    field.reportValidity();
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]")) return;
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    pinTheme(event.submitter.value);
    fetch(event.target.action, { method: "POST", body, redirect: "manual" });
  });

  // A refusal that names its place says why; any other 403 is a whole page, and only a toast tells of it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 403 || !xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (event.detail.requestConfig.headers["X-Live"]) return;
    if (status === 403) toast({ text: "You may not do that.", tone: "bad" });
    else toast({ text: `That did not work (${status}). Nothing was changed here; try again.`, tone: "bad" });
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.headers["X-Live"]) return;
    toast({ text: "The server did not answer. What you asked for may not have arrived.", tone: "bad" });
  });
  // A request given up for a newer one (hx-sync) is no error; htmx writes it to the console as two of them.
  htmx.logger = (_element, name, detail) => {
    if (name === "htmx:afterRequest" || name === "htmx:sendAbort") delete detail.error;
  };
  document.querySelectorAll("[data-toast]").forEach(expire);

  window.countersign = { announce, toast };
})();
