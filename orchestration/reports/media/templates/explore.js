// The address keeps what a reader chooses; everything on the page follows from it. Nothing is computed here.
"use strict";
(() => {
  const all = JSON.parse(document.getElementById("figures").textContent);
  const byId = new Map(all.indicators.map((one) => [one.id, one]));
  const at = (id) => document.getElementById(id);
  const [DAY, PERIOD, NUMERATOR, DENOMINATOR, SHOWN, VALUE, USUAL, LOWER, UPPER, EXPECTED, LIMITS, STATUS] = Array(12).keys();
  const WHOLE = "all";
  const ERRORS_ONLY = 1;
  const MOST_TICKS = 6;
  // A cohort's lines have no limits, no target and no marks.
  const NO_INDICATOR = { rows: [], marks: [], target: null };
  let drawn = null;

  // An element with what is in it: texts are texts, whatever they hold.
  function make(tag, attributes, ...inside) {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...inside);
    return made;
  }
  const fill = (id, ...inside) => at(id).replaceChildren(...inside);

  function choiceOf(address) {
    const given = new URLSearchParams(address.replace(/^#/, ""));
    const one = byId.get(given.get("measure"));
    const page = all.pages.find((known) => known.id === (one ? one.page : given.get("page"))) || all.pages[0];
    const by = one && one.by[given.get("by")] ? given.get("by") : WHOLE;
    const wanted = given.get("compare");
    const offered = one ? one.compared.map((known) => known.key) : [];
    const compare = wanted === null ? offered.slice(0, 1) : wanted.split(",").filter((key) => offered.includes(key));
    const step = page.cohort && page.cohort.steps.find((known) => known.name === given.get("step"));
    const within = page.cohort && (page.cohort.within.find((months) => String(months) === given.get("within")) || page.cohort.within[0]);
    return { page, one, by, compare, step, within };
  }

  function addressOf({ page, one, by, compare, step, within }) {
    const given = new URLSearchParams(one ? { measure: one.id } : { page: page.id });
    if (one && by !== WHOLE) given.set("by", by);
    if (one && compare) given.set("compare", compare.join(","));
    if (page.cohort && step) given.set("step", step.name);
    if (page.cohort && !step) given.set("within", within || page.cohort.within[0]);
    return `#${given}`;
  }

  function options(id, chosen, offered) {
    fill(id, ...offered.map(([value, text]) => {
      const option = make("option", { value }, text);
      option.selected = value === chosen;
      return option;
    }));
  }

  const ofMonths = (months) => `${months} months`;

  function showChoices({ page, one, by, compare, step, within }) {
    const plans = [...new Set(all.pages.map((known) => known.plan))];
    fill("page", ...plans.map((plan) => make("optgroup", { label: plan }, ...all.pages
      .filter((known) => known.plan === plan)
      .map((known) => {
        const option = make("option", { value: known.id }, known.title);
        option.selected = known === page;
        return option;
      }))));
    const own = all.indicators.filter((known) => known.page === page.id);
    if (page.cohort) options("measure", step ? step.name : "", [["", "All steps"], ...page.cohort.steps.map(({ name }) => [name, capital(name)])]);
    else options("measure", one ? one.id : "", [["", `All ${own.length} measures of the subject`], ...own.map((known) => [known.id, titled(known)])]);
    at("within-row").hidden = !page.cohort || Boolean(step);
    options("within", within, page.cohort ? page.cohort.within.map((months) => [months, ofMonths(months)]) : []);
    const breakdowns = one ? Object.entries(one.by) : [];
    at("by-row").hidden = !breakdowns.length;
    options("by", by, [[WHOLE, "not broken down"], ...breakdowns.map(([key, known]) => [key, known.name])]);
    at("compare-row").hidden = !one || !one.compared.length || by !== WHOLE;
    fill("compare", ...(one ? one.compared : []).map((known) => {
      const box = make("input", { type: "checkbox", value: known.key, id: `compare-${known.key}` });
      box.checked = compare.includes(known.key);
      return make("label", { for: box.id }, box, ` ${known.name}`);
    }));
  }

  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const titled = (one) => (one.number ? `${one.number} ${one.title}` : one.title);

  function readChoices() {
    const one = byId.get(at("measure").value);
    const page = all.pages.find((known) => known.id === at("page").value);
    const boxes = [...at("compare").querySelectorAll("input")];
    const compare = boxes.length ? boxes.filter((box) => box.checked).map((box) => box.value) : undefined;
    const step = page.cohort && page.cohort.steps.find((known) => known.name === at("measure").value);
    return { page, one: one && one.page === page.id ? one : undefined, by: at("by").value || WHOLE, compare, step, within: at("within").value };
  }

  // Points with a value, each unbroken run a line of its own, so that no line bridges a gap.
  function line(look, name, points) {
    let run = 0;
    return points.flatMap(([end, value, period, text]) => {
      if (value === null) run += 1;
      return value === null ? [] : [{ end, value, period, text, name, run: `${look.shape} ${run}`, ...look }];
    });
  }

  function ofWhole(one, compare) {
    const lines = [[all.looks[0], all.home, one.rows.map((row) => [row[DAY], row[VALUE], row[PERIOD], row[SHOWN]])]];
    const ends = one.rows.filter((row) => row[VALUE] !== null).map((row) => row[DAY]);
    one.compared.filter((known) => compare.includes(known.key)).forEach((known, place) => {
      const within = known.rows.filter(([end]) => !ends.length || (end >= ends[0] && end <= ends[ends.length - 1]));
      lines.push([all.looks[place + 1], known.name, within.map(([end, period, text, value]) => [end, value, period, text])]);
    });
    return lines.filter(([, , points]) => points.some(([, value]) => value !== null));
  }

  // Of a rate whose groups nobody has counted there is only what each adds to the rate of all.
  const isShared = (one, by) => by !== WHOLE && one.isRate && !one.by[by].cells.some((row) => row.some((cell) => cell && cell[2] !== null));

  function number(one, value) {
    const places = { minimumFractionDigits: one.decimals, maximumFractionDigits: one.decimals };
    const text = value.toLocaleString("en-GB", places);
    return one.unit === "%" ? `${text}%` : text;
  }
  const count = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 2 });

  function ofGroups(one, by) {
    const { groups, cells } = one.by[by];
    const part = isShared(one, by) ? 3 : 2;
    const known = groups.map((name, place) => [name, cells.map((row) => (row[place] ? row[place][part] : null)),
      cells.reduce((most, row) => Math.max(most, (row[place] && row[place][0]) || 0), 0)]);
    const largest = [...known].sort((a, b) => b[2] - a[2]).slice(0, all.looks.length).map(([name]) => name);
    return known.filter(([name]) => largest.includes(name)).map(([name, values], place) => [all.looks[place], name,
      values.map((value, row) => [one.rows[row][DAY], value, one.rows[row][PERIOD], value === null ? "" : number(one, value)])]);
  }

  function runsOf(rows, place) {
    let run = 0;
    return rows.flatMap((row) => {
      if (row[place] === null) run += 1;
      return row[place] === null ? [] : [{ row, run }];
    });
  }

  function datasets(one, by, lines) {
    const isWhole = by === WHOLE;
    const ends = one.rows.filter((row) => row[VALUE] !== null).map((row) => row[DAY]);
    const data = {
      lines: lines.flatMap(([look, name, points]) => line(look, name, points)),
      band: isWhole ? runsOf(one.rows, LOWER).map(({ row, run }) => ({ end: row[DAY], lower: row[LOWER], upper: row[UPPER], run })) : [],
      usual: isWhole ? runsOf(one.rows, USUAL).map(({ row, run }) => ({ end: row[DAY], value: row[USUAL], run })) : [],
      target: isWhole && one.target ? [{ value: one.target[0] }] : [],
      marks: isWhole && ends.length ? one.marks.filter(([end]) => end >= ends[0] && end <= ends[ends.length - 1]).map(([end, text]) => ({ end, text })) : [],
    };
    return data;
  }

  function draw(place, one, by, lines, height) {
    const data = datasets(one, by, lines);
    const found = [...data.lines, ...data.usual, ...data.target].map((row) => row.value)
      .concat(data.band.flatMap((row) => [row.lower, row.upper]));
    const lowest = Math.min(...found), highest = Math.max(...found);
    // As on the reports: from zero unless that would squeeze the values into the top.
    const low = lowest < 0 ? lowest * 1.05 : lowest < 0.4 * highest ? 0 : lowest - (highest - lowest) * 0.06;
    // Named are days that have a value, the last among them.
    const days = [...new Set(data.lines.map((row) => row.end))].sort(), step = Math.ceil(days.length / MOST_TICKS);
    const set = { low, ticks: days.filter((_, place) => (days.length - 1 - place) % step === 0).map(Date.parse) };
    const spec = { ...all.drawing, datasets: data, height: height || all.drawing.height,
      params: all.drawing.params.map((param) => (param.name in set ? { ...param, value: set[param.name] } : param)) };
    // To who does not see it the chart is one picture with a text.
    const inner = make("div", { "aria-hidden": "true", class: "drawn" });
    place.replaceChildren(inner);
    return window.vegaEmbed(inner, spec, { ast: true, renderer: "svg", actions: false, mode: "vega-lite", logLevel: ERRORS_ONLY });
  }

  function swatch(look) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
    Object.entries({ width: 40, height: 12, "aria-hidden": "true" }).forEach(([name, value]) => svg.setAttribute(name, value));
    Object.entries({ x1: 0, x2: 40, y1: 6, y2: 6, stroke: look.colour, "stroke-width": look.stroke + 0.6,
      "stroke-dasharray": look.dash.join(" ") }).forEach(([name, value]) => stroke.setAttribute(name, value));
    if (look.dash[1] === 0) stroke.removeAttribute("stroke-dasharray");
    svg.append(stroke);
    return svg;
  }
  const MARKS = { circle: "●", diamond: "◆", square: "■", "triangle-up": "▲", cross: "✚", "triangle-down": "▼", "triangle-right": "▶", "triangle-left": "◀" };

  function showLegend(one, by, lines) {
    const known = lines.map(([look, name]) => make("li", {}, swatch(look), make("span", { "aria-hidden": "true", style: `color:${look.colour}` }, MARKS[look.shape] || ""), ` ${name}`));
    if (by === WHOLE && one.rows.some((row) => row[USUAL] !== null)) {
      known.push(make("li", {}, swatch(all.usual), " years before; shaded: what chance alone explains"));
    }
    if (by === WHOLE && one.target) known.push(make("li", {}, swatch(all.target), ` ${one.target[1]}`));
    fill("legend", ...known);
  }

  function table(caption, headings, rows) {
    const head = make("tr", {}, ...headings.map(([text, isNumber]) => make("th", { scope: "col", class: isNumber ? "number" : "" }, text)));
    const body = rows.map((row) => make("tr", {}, ...row.map((cell, place) => make(place ? "td" : "th",
      { ...(place ? {} : { scope: "row" }), class: headings[place][1] ? "number" : "" }, ...[cell].flat()))));
    return make("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
      make("table", { class: "explored" }, make("caption", {}, make("span", {}, caption)), make("thead", {}, head), make("tbody", {}, ...body)));
  }

  function wholeTables(one, compare) {
    const judged = one.rows.some((row) => row[EXPECTED]);
    const headings = [["Period"], ["Value", true], ["Numerator", true], ["Denominator", true],
      ...(judged ? [["Years before, and what chance explains", true]] : []), ["Status"]];
    const rows = [...one.rows].reverse().map((row) => [row[PERIOD], row[SHOWN], row[NUMERATOR], row[DENOMINATOR],
      ...(judged ? [[row[EXPECTED], make("small", {}, row[LIMITS])]] : []), row[STATUS]]);
    const made = [table(`Every period, ${all.home}`, headings, rows)];
    const compared = one.compared.filter((known) => compare.includes(known.key));
    if (compared.length) {
      made.push(table("Published figures of those compared with", [["Of"], ["Period"], ["Value", true]],
        compared.flatMap((known) => [...known.rows].reverse().map(([, period, text]) => [known.name, period, text]))));
    }
    if (one.basisNote && compared.length) made.push(make("p", { class: "note" }, one.basisNote));
    return made;
  }

  function groupTables(one, by) {
    const { name, groups, cells, ratios } = one.by[by];
    const cell = (found) => {
      if (!found) return "–";
      const [numerator, denominator, value, share] = found;
      const counts = numerator === null ? all.noCount : denominator === null ? count(numerator) : `${count(numerator)} / ${count(denominator)}`;
      const said = value === null ? (share === null ? all.noValue : `share ${number(one, share)}`) : number(one, value);
      const added = value !== null && share !== null ? `; share ${number(one, share)}` : "";
      return [said, make("small", {}, counts + added)];
    };
    const rows = one.rows.map((row, place) => [row[PERIOD], ...cells[place].map(cell)]).reverse();
    const said = ["Where a group is of few children, chance alone moves its line."];
    if (one.isRate) said.push("A group's share is its number for every 10,000 of all children: the shares add up to the rate of all, and say nothing of how common it is in the group.");
    if (isShared(one, by)) said.push("How many children there are in each group is not known here, so the chart shows the shares.");
    if (groups.length > all.looks.length) said.push(`The chart shows the ${all.looks.length} largest groups.`);
    const beside = !ratios.length ? [] : [
      table(`How often the children of a group are counted, compared with those of the largest group, ${one.period.charAt(0).toLowerCase()}${one.period.slice(1)}`, [["Group"], ["Compared with the largest group"]], ratios),
      make("p", { class: "note" }, "Per resident of all ages at the Census of 2021, with the range that chance alone would explain (95%): nobody estimates children by ethnic group. A ratio to ask questions by.")];
    return [...beside, table(`Every period by ${name}, with numerator and denominator`, [["Period"], ...groups.map((group) => [group, true])], rows),
      ...said.map((text) => make("p", { class: "note" }, text))];
  }

  function showOne({ one, by, compare }) {
    fill("shown", titled(one), ...(by === WHOLE ? [] : [`, by ${one.by[by].name}`]));
    fill("lead", one.lead);
    const lines = by === WHOLE ? ofWhole(one, compare) : ofGroups(one, by);
    const hasLines = lines.some(([, , points]) => points.some(([, value]) => value !== null));
    fill("unit", hasLines && one.unit ? (isShared(one, by) ? `share of the rate, ${one.unit}` : one.unit) : "");
    fill("summary", by === WHOLE ? one.summary : "");
    at("chart").setAttribute("aria-label", by === WHOLE ? `Run chart of ${titled(one)}. ${one.summary}` : `Lines of ${titled(one)} by ${one.by[by].name}; the table below has every figure.`);
    at("chart").hidden = !hasLines;
    showLegend(one, by, hasLines ? lines : []);
    fill("tables", ...(by === WHOLE ? wholeTables(one, compare) : groupTables(one, by)));
    const about = [["Definition", one.definition], ["Numerator", one.numerator], ["Denominator", one.denominator],
      ["With care", one.caveats], ["Defined in", one.source]].filter(([, text]) => text);
    const more = one.report ? [make("dt", {}, "In the report"), make("dd", {}, make("a", { href: one.report }, `${one.caption}: panel and definition`))] : [];
    fill("about", ...about.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, text)]), ...more);
    return hasLines ? [() => draw(at("chart"), one, by, lines)] : [];
  }

  // Of one step a line for each number of months, of all steps within some months a line for each step; a month is when they began.
  function showCohort({ page, step, within }) {
    const { months, steps, about, ...cohort } = page.cohort;
    const columns = step ? cohort.within.map((known, place) => [`within ${ofMonths(known)}`, (row) => step.cells[row][place]])
      : steps.map((known) => [known.name, (row) => known.cells[row][cohort.within.indexOf(within)]]);
    const named = step ? step.name : `all steps within ${ofMonths(within)}`;
    const lines = columns.map(([name, cellOf], place) => [all.looks[place], name, months.map(([day, month], row) => {
      const [text, , value] = cellOf(row);
      return [day, value, month, text];
    })]).filter(([, , points]) => points.some(([, value]) => value !== null));
    const shown = `${page.title}: ${named}`;
    fill("shown", shown);
    fill("lead", page.about);
    fill("unit", lines.length ? "%, by the month in which they began" : "");
    fill("summary");
    at("chart").setAttribute("aria-label", `Lines of ${shown} by month; the table has every figure.`);
    at("chart").hidden = !lines.length;
    showLegend(NO_INDICATOR, step ? "months" : "step", lines);
    const rows = months.map(([, month], row) => [month, ...columns.map(([, cellOf]) => {
      const [text, counts] = cellOf(row);
      return [text, make("small", {}, counts)];
    })]).reverse();
    fill("tables", table(`${shown}, by the month in which they began`, [["Began in"], ...columns.map(([name]) => [capital(name), true])], rows));
    fill("about", ...about.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, text)]));
    return lines.length ? [() => draw(at("chart"), NO_INDICATOR, named, lines)] : [];
  }

  function showPage({ page }) {
    const own = all.indicators.filter((known) => known.page === page.id);
    fill("shown", page.title);
    fill("lead", page.about);
    const works = [];
    fill("cards", ...own.map((one) => {
      const place = make("div", { class: "spark", "aria-hidden": "true" });
      const lines = ofWhole(one, []);
      if (lines.length) works.push(() => draw(place, one, WHOLE, lines, 90));
      const said = [one.change && one.change !== "Not judged" ? `${one.change}: ${one.changeNote}` : "", one.rag && one.rag !== "Monitor" ? `${one.rag}: ${one.target[1].toLowerCase()}` : ""];
      return make("article", { class: "tile explored" }, make("h3", {}, make("a", { href: addressOf({ page, one, by: WHOLE }) }, one.caption)),
        make("p", { class: "figure" }, one.newest, ...(one.unit && one.unit !== "%" ? [make("small", {}, ` ${one.unit}`)] : [])), place,
        make("p", {}, make("small", {}, one.period, ...said.filter(Boolean).map((text) => `. ${text}`))));
    }));
    return works;
  }

  function clear() {
    drawn = (drawn || []).forEach((made) => made.finalize()) || null;
    fill("chart");
  }

  // Each drawing in a task of its own, so that the first words are there before the last picture.
  async function show() {
    const choice = choiceOf(location.hash);
    showChoices(choice);
    clear();
    const isOne = Boolean(choice.one || choice.page.cohort);
    at("one").hidden = !isOne;
    at("cards").hidden = isOne;
    const works = choice.page.cohort ? showCohort(choice) : choice.one ? showOne(choice) : showPage(choice);
    const own = [];
    drawn = own;
    for (const work of works) {
      await new Promise((done) => setTimeout(done));
      if (drawn !== own) return;
      own.push(await work());
    }
    document.documentElement.dataset.drawn = location.hash || "#";
  }

  at("choose").addEventListener("change", () => {
    const choice = choiceOf(addressOf(readChoices()));
    const shown = document.activeElement && document.activeElement.id;
    history.pushState(null, "", addressOf(choice));
    show();
    if (shown && at(shown)) at(shown).focus();
    at("said").textContent = `Shown: ${at("shown").textContent}`;
  });
  at("choose").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", () => {
    // The link past the choices names a place, no choice.
    if (location.hash && !location.hash.includes("=")) return;
    show();
    at("view").focus();
  });
  show();
})();
