"use strict";
(() => {
	const byId = id => document.getElementById(id);
	const svg = byId("picture"), chosen = byId("chosen"), search = byId("search"), found = byId("found");
	const nodes = [...svg.querySelectorAll(".node")], edges = [...svg.querySelectorAll(".edge")];
	const titleOf = g => g.firstElementChild.textContent;
	const nameOf = g => titleOf(g).split("\n")[0];
	const endsOf = e => [e, nodes[e.dataset.from], nodes[e.dataset.to]];
	const whole = svg.viewBox.baseVal;
	const picture = {width: whole.width, height: whole.height};

	// View: the part of the picture that is visible.
	let view;
	function show(v) {
		view = v;
		svg.setAttribute("viewBox", `${v.x} ${v.y} ${v.width} ${v.height}`);
	}
	// showBox shows a box in the middle, not much larger than in full size.
	function showBox(x, y, width, height) {
		const tools = 52; // pixels that the search box covers
		const w = svg.clientWidth || 1, h = svg.clientHeight || 1;
		const scale = Math.min(1.4, w / width, (h - tools) / height);
		const v = {width: w / scale, height: h / scale};
		v.x = x + width / 2 - v.width / 2;
		v.y = y + height / 2 - (h + tools) / 2 / scale;
		show(v);
	}
	let all; // the view of the whole picture, if that is what is shown
	function showAll() {
		showBox(0, 0, picture.width, picture.height);
		all = view;
	}
	function showElements(list) {
		const boxes = list.map(g => g.getBBox());
		const left = Math.min(...boxes.map(b => b.x)), top = Math.min(...boxes.map(b => b.y));
		const right = Math.max(...boxes.map(b => b.x + b.width)), bottom = Math.max(...boxes.map(b => b.y + b.height));
		showBox(left - 40, top - 40, right - left + 80, bottom - top + 80);
	}
	// showNear shows g with its neighbours or, if that is too small to read, g.
	function showNear(g) {
		showElements(near(g));
		if (tiny()) {
			showElements([g]);
		}
	}
	const tiny = () => svg.clientWidth / view.width < 0.5;
	// at returns the place in the picture that is at a place on the screen.
	function at(clientX, clientY) {
		const r = svg.getBoundingClientRect();
		return {x: view.x + (clientX - r.left) / r.width * view.width, y: view.y + (clientY - r.top) / r.height * view.height};
	}
	function zoom(factor, clientX, clientY) {
		const r = svg.getBoundingClientRect();
		const most = 4 * Math.max(picture.width / r.width, picture.height / r.height, 1) * r.width;
		const width = Math.min(Math.max(view.width / factor, r.width / 4), most);
		const f = width / view.width;
		const p = at(clientX ?? r.left + r.width / 2, clientY ?? r.top + r.height / 2);
		show({x: p.x - (p.x - view.x) * f, y: p.y - (p.y - view.y) * f, width, height: view.height * f});
	}

	// Focus: what stands out while the rest is dim.
	let kept = null; // the elements chosen by a click
	function focus(elements) {
		svg.classList.toggle("focus", elements !== null);
		for (const g of [...nodes, ...edges]) {
			g.classList.remove("near", "on");
		}
		for (const g of elements ?? []) {
			g.classList.add("on");
			const more = elements.length === 1 || g.classList.contains("edge") ? near(g) : [g];
			more.forEach(n => n.classList.add("near"));
		}
	}
	// near returns g and what belongs to it.
	function near(g) {
		if (g.classList.contains("edge")) {
			return endsOf(g);
		}
		return [g, ...edges.map(endsOf).filter(e => e.includes(g)).flat()];
	}

	function choose(elements) {
		kept = elements;
		focus(kept);
		chosen.replaceChildren();
		if (kept === null || kept.length !== 1) {
			return;
		}
		const g = kept[0], list = document.createElement("dl");
		const add = (tag, text) => list.appendChild(document.createElement(tag)).textContent = text;
		const about = e => {
			const [name, ...notes] = titleOf(e).split("\n");
			add("dt", name);
			notes.forEach(n => add("dd", n));
		};
		if (g.classList.contains("edge")) {
			about(g);
		} else {
			const heading = document.createElement("h2");
			heading.textContent = titleOf(g);
			chosen.append(heading);
			edges.filter(e => endsOf(e).includes(g)).forEach(about);
		}
		chosen.append(list);
		chosen.parentElement.scrollTop = 0;
	}

	const elementOf = target => target.closest(".node, .edge");
	svg.addEventListener("pointerover", e => {
		const g = elementOf(e.target);
		if (kept === null && e.pointerType === "mouse") {
			focus(g ? [g] : null);
			found.textContent = g ? nameOf(g) : "";
		}
	});
	svg.addEventListener("pointerleave", () => {
		if (kept === null) {
			focus(null);
			found.textContent = "";
		}
	});
	for (const n of nodes) {
		n.setAttribute("tabindex", "0");
	}
	svg.addEventListener("keydown", e => {
		if (e.key === "Enter" && elementOf(e.target)) {
			choose([elementOf(e.target)]);
		}
	});
	document.addEventListener("keydown", e => {
		if (e.key === "Escape") {
			search.value = "";
			found.textContent = "";
			choose(null);
		}
	});

	// Pan with one pointer, zoom with two or the wheel.
	const pointers = new Map();
	let moved = 0;
	svg.addEventListener("pointerdown", e => {
		if (pointers.size === 0) {
			moved = 0;
		}
		pointers.set(e.pointerId, e);
	});
	svg.addEventListener("pointermove", e => {
		const last = pointers.get(e.pointerId);
		if (!last || e.buttons === 0) { // not pressed, or released elsewhere
			pointers.delete(e.pointerId);
			return;
		}
		pointers.set(e.pointerId, e);
		moved += Math.abs(e.clientX - last.clientX) + Math.abs(e.clientY - last.clientY);
		if (moved > 6 && !svg.hasPointerCapture(e.pointerId)) {
			svg.setPointerCapture(e.pointerId);
			svg.classList.add("dragged");
		}
		const scale = view.width / svg.clientWidth / pointers.size;
		show({...view, x: view.x - (e.clientX - last.clientX) * scale, y: view.y - (e.clientY - last.clientY) * scale});
		const other = [...pointers.values()].find(p => p.pointerId !== e.pointerId);
		if (other) {
			const distance = p => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
			zoom(distance(e) / Math.max(distance(last), 1), (e.clientX + other.clientX) / 2, (e.clientY + other.clientY) / 2);
		}
	});
	for (const type of ["pointerup", "pointercancel"]) {
		svg.addEventListener(type, e => {
			pointers.delete(e.pointerId);
			svg.classList.remove("dragged");
		});
	}
	svg.addEventListener("click", e => {
		if (moved > 6) {
			return;
		}
		const g = elementOf(e.target);
		choose(g ? [g] : null);
		if (g && tiny()) {
			showNear(g);
		}
	});
	svg.addEventListener("wheel", e => {
		e.preventDefault();
		zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.002)), e.clientX, e.clientY);
	}, {passive: false});
	byId("in").addEventListener("click", () => zoom(1.4));
	byId("out").addEventListener("click", () => zoom(1 / 1.4));
	byId("fit").addEventListener("click", () => { choose(null); showAll(); });

	// Search: all that match stand out; Enter goes from one to the next.
	let matches = [], current = -1;
	search.addEventListener("input", () => {
		const text = search.value.trim().toLowerCase();
		matches = text ? nodes.filter(n => titleOf(n).toLowerCase().includes(text)) : [];
		current = -1;
		found.textContent = text ? `${matches.length} found` : "";
		choose(text ? matches : null);
	});
	byId("tools").addEventListener("submit", e => {
		e.preventDefault();
		if (matches.length > 0) {
			current = (current + 1) % matches.length;
			found.textContent = `${current + 1} of ${matches.length}`;
			choose([matches[current]]);
			showNear(matches[current]);
		}
	});

	for (const button of document.querySelectorAll(".cycle")) {
		button.addEventListener("click", () => {
			const cycle = button.dataset.edges.split(" ").map(i => byId("e" + i));
			choose(cycle);
			showElements(cycle.flatMap(endsOf));
			if (svg.getBoundingClientRect().top < 0) { // on a narrow screen
				byId("map").scrollIntoView();
			}
		});
	}

	showAll();
	new ResizeObserver(() => {
		// Keep the scale and the middle, or show all: there may have been no
		// size yet, in a frame that was closed.
		const w = svg.clientWidth, h = svg.clientHeight;
		if (w && h && view === all) {
			showAll();
		} else if (w && h && Math.abs(view.width / view.height - w / h) > 0.001) {
			const height = view.width * h / w;
			show({...view, y: view.y + (view.height - height) / 2, height});
		}
	}).observe(svg);
})();
