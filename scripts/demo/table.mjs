/** @typedef {{ org_id: string | null, calls: number, input_tokens: string | number | null, output_tokens: string | number | null, cost_usd: string | null, pending_calls: number, coverage: number | null }} UsageRow */

const COLUMNS = ['organisation', 'calls', 'tokens', 'cost (USD)', 'pending', 'coverage'];

/**
 * The usage of each organisation as text; what is not known is a dash, never a zero.
 *
 * @param {readonly UsageRow[]} rows @param {UsageRow} totals
 */
export function usageTable(rows, totals) {
  const lines = withAlignedCosts([
    ...rows.map((row) => cells(row, row.org_id ?? '(none)')),
    cells(totals, 'total'),
  ]);
  const widths = COLUMNS.map((title, index) =>
    Math.max(title.length, ...lines.map((line) => line[index]?.length ?? 0)),
  );
  /** @param {readonly string[]} line */
  const drawn = (line) =>
    line
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('   ');
  const rule = widths.map((width) => '─'.repeat(width)).join('───');
  return [drawn(COLUMNS), rule, ...lines.slice(0, -1).map(drawn), rule, drawn(lines.at(-1) ?? [])].join('\n');
}

/** @param {UsageRow} row @param {string} name */
const cells = (row, name) => [
  name,
  Number(row.calls).toLocaleString('en'),
  (Number(row.input_tokens) + Number(row.output_tokens)).toLocaleString('en'),
  row.cost_usd ?? '–',
  String(row.pending_calls),
  row.coverage === null ? '–' : `${(Number(row.coverage) * 100).toFixed(1)} %`,
];

const COST = COLUMNS.indexOf('cost (USD)');

/** Every digit is shown, so that the table can be added up by hand; decimal points stand below each other. @param {string[][]} lines */
function withAlignedCosts(lines) {
  const decimals = Math.max(...lines.map((line) => line[COST]?.split('.')[1]?.length ?? 0));
  return lines.map((line) =>
    line.map((cell, column) => {
      if (column !== COST || cell === '–') return cell;
      const [whole, fraction = ''] = cell.split('.');
      return `${whole}.${fraction.padEnd(decimals, '0')}`;
    }),
  );
}
