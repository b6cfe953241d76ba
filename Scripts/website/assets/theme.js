// Sets the colours that the reader chose before the page is drawn. Without a choice the system's preference holds.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("metalr-theme"); } catch { /* no storage: the system's preference */ }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
