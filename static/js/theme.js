// Runs before the first paint: a page that follows the system is drawn in the system's theme at once.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.theme === "system") root.dataset.bsTheme = system.matches ? "dark" : "light";
  };
  follow();
  system.addEventListener("change", follow);
})();
