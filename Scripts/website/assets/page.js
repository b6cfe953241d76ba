// The switch of colours, the list of documents, and copying of code.
(() => {
  const button = document.querySelector("button.theme");
  const preference = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (preference.matches ? "dark" : "light")) === "dark";
  const showTheme = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try { localStorage.setItem("metalr-theme", theme); } catch { /* the choice holds for this page */ }
    showTheme();
  });
  preference.addEventListener("change", showTheme);
  showTheme();

  // Documents are open beside the text, and closed above it on a narrow screen.
  const documents = document.querySelector("nav.documents details");
  const narrow = matchMedia("(max-width: 899px)");
  const fold = () => { if (documents) documents.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();

  if (navigator.clipboard) {
    for (const block of document.querySelectorAll("article pre")) {
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "copy";
      copy.textContent = "Copy";
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(block.textContent);
          copy.textContent = "Copied";
        } catch { copy.textContent = "Not copied"; }
        setTimeout(() => { copy.textContent = "Copy"; }, 1500);
      });
      const holder = document.createElement("div");
      holder.className = "code";
      block.replaceWith(holder);
      holder.append(block, copy);
    }
  }
})();
