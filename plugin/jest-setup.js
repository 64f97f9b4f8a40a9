import './.config/jest-setup';

// What Grafana's components ask of a browser and jsdom has not: Combobox measures its text, …
const context = { font: '', measureText: (text) => ({ width: String(text).length * 8 }) };
HTMLCanvasElement.prototype.getContext = () => context;

// … the option list observes whether it scrolls, …
class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}
Object.assign(global, { IntersectionObserver: Observer });

// … and its virtual rows stay empty in a list without a height.
for (const [name, value] of [
  ['clientHeight', 300],
  ['clientWidth', 400],
]) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
}
