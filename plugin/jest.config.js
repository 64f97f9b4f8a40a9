// Frames and labels are compared as text: the machine's time zone must not matter.
process.env.TZ = 'UTC';

const base = require('./.config/jest.config');
const [[, swc]] = Object.entries(base.transform);

module.exports = {
  ...base,
  roots: ['<rootDir>/src'],
  // Jest would take one of two cores.
  maxWorkers: 2,
  // The template leaves .mjs as it is, and d3-color arrives as such.
  transform: { '^.+\\.(t|j|mj)sx?$': swc },
};
