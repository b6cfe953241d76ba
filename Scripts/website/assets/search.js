// The search: every section of every page, by words, in the index that the site's script made.
(() => {
  const root = document.body.dataset.root;
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const found = form.querySelector(".found");
  const list = found.querySelector("ol");
  const status = found.querySelector("[role=status]");
  let loading = null;

  // A script, not a fetch: a page that was opened from a folder may not fetch a file.
  const load = () => loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}/assets/search-index.js`;
    script.onload = () => resolve(window.searchIndex.map((entry) => ({
      ...entry, words: `${entry.page} ${entry.heading} ${entry.text}`.toLowerCase(),
      title: `${entry.page} ${entry.heading}`.toLowerCase(),
    })));
    script.onerror = () => reject(new Error("the index is not there"));
    document.head.append(script);
  });

  // Every word must be there. Titles count most, then how often a word comes, for the length of the text.
  const score = (entry, words) => {
    let sum = 0;
    for (const word of words) {
      const times = entry.words.split(word).length - 1;
      if (times === 0) return 0;
      sum += Math.min(times, 8) / Math.log2(8 + entry.words.length / 50) + (entry.title.includes(word) ? 6 : 0);
    }
    return entry.page === "Research log" ? sum / 2 : sum;
  };

  const excerpt = (text, words) => {
    const place = Math.max(0, text.toLowerCase().indexOf(words[0]));
    const start = place < 60 ? 0 : text.indexOf(" ", place - 50) + 1;
    const piece = text.slice(start, start + 140);
    return (start > 0 ? "… " : "") + piece + (start + 140 < text.length ? " …" : "");
  };

  const marked = (text, words) => {
    const parent = document.createElement("span");
    const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    for (const part of text.split(new RegExp(`(${pattern})`, "i"))) {
      if (words.includes(part.toLowerCase())) {
        const mark = document.createElement("mark");
        mark.textContent = part;
        parent.append(mark);
      } else parent.append(part);
    }
    return parent;
  };

  const close = () => { found.hidden = true; };

  const show = async () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return close();
    let index;
    try { index = await load(); } catch (error) {
      found.hidden = false;
      status.textContent = `No search: ${error.message}.`;
      return;
    }
    const hits = index.map((entry) => ({ entry, score: score(entry, words) }))
      .filter((hit) => hit.score > 0).sort((a, b) => b.score - a.score);
    list.replaceChildren(...hits.slice(0, 12).map(({ entry }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${root}/${entry.address}`;
      const title = document.createElement("strong");
      title.append(marked(entry.heading ? `${entry.page}: ${entry.heading}` : entry.page, words));
      link.append(title, marked(excerpt(entry.text, words), words));
      item.append(link);
      return item;
    }));
    const shown = Math.min(hits.length, 12);
    const count = hits.length === 1 ? "1 place" : `${hits.length} places`;
    status.textContent = hits.length === 0 ? "Nothing found: every word must be in one section."
      : hits.length > shown ? `${shown} of ${count}` : count;
    found.hidden = false;
  };

  const links = () => [...list.querySelectorAll("a")];
  input.addEventListener("input", show);
  input.addEventListener("focus", () => { load().catch(() => {}); if (input.value) show(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await show();
    links()[0]?.click();
  });
  form.addEventListener("keydown", (event) => {
    const all = [input, ...links()];
    const place = all.indexOf(document.activeElement);
    if (event.key === "Escape") { input.focus(); close(); }
    if (found.hidden || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    all[(place + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length].focus();
  });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  list.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=range], [type=radio], [type=checkbox]), select, textarea")) return;
    event.preventDefault();
    input.focus();
  });
})();
