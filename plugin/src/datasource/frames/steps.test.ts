import { aSpan } from '../testing/events';
import { columnsOf } from '../testing/read';
import { stepsTable } from './steps';

const spans = [
  aSpan({ span_id: 'a', kind: 'step', name: 'answer', cost_status: null, cost_usd: null, usage: null }),
  aSpan({ span_id: 'b', depth: 1, name: 'chat' }),
  aSpan({
    span_id: 'c',
    depth: 2,
    name: 'chat again',
    kind: 'repeat',
    cost_status: 'unbilled',
    cost_reason: 'wrapper',
    cost_usd: null,
  }),
];

describe('stepsTable', () => {
  it('has a row for each step in tree order, below its parent', () => {
    const { step, kind, span_id: ids } = columnsOf(stepsTable('A', spans, []));
    expect(step).toEqual(['answer', '\u2002\u2002chat', '\u2002\u2002\u2002\u2002chat again']);
    expect(kind).toEqual(['Step', 'Call', 'Repeat']);
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  it('tells what each cost, to the last digit beside the number, and why one has none', () => {
    const columns = columnsOf(stepsTable('A', spans, []));
    expect(columns.cost_usd).toEqual([null, 0.000522000000000001, null]);
    expect(columns.cost_usd_exact).toEqual([null, '0.000522000000000001', null]);
    expect(columns.without_cost).toEqual([null, null, 'Wrapper']);
    expect(columns.input_tokens).toEqual([null, 100, 100]);
  });

  it('leads from a step to its request', () => {
    const links = [{ title: 'Show the request', url: '/x' }];
    const [step] = stepsTable('A', spans, links).fields;
    expect(step.config.links).toEqual(links);
  });
});
