import { explorePath, pathsFor } from './paths';

const paths = pathsFor('tl-1');

describe('pathsFor', () => {
  it('names the data source in every link', () => {
    const all = [paths.home(), paths.calls({}), paths.trace('t'), paths.conversation('c')];
    for (const path of all) {
      expect(path).toContain('ds=tl-1');
    }
  });

  it('leaves out what is not told and repeats what is a list', () => {
    expect(paths.calls({ status: 'pending', model: ['a', 'b&c'], reason: undefined })).toBe(
      '/a/tokenledger-app/calls?status=pending&model=a&model=b%26c&ds=tl-1',
    );
  });

  it('keeps ids that look like paths in one piece', () => {
    expect(paths.conversation('a/b?c', 'acme')).toBe(
      '/a/tokenledger-app/conversation/a%2Fb%3Fc?org_id=acme&ds=tl-1',
    );
    expect(paths.trace('abc', '12')).toBe('/a/tokenledger-app/trace/abc?span=12&ds=tl-1');
  });
});

it('opens the same query in Explore', () => {
  const path = explorePath(
    { uid: 'tl-1', type: 'tokenledger-datasource' },
    { queryType: 'trace', id: 'abc' },
    { from: '1', to: '2' },
  );
  const panes: unknown = JSON.parse(new URLSearchParams(path.split('?')[1]).get('panes') ?? '');
  expect(panes).toEqual({
    tl: {
      datasource: 'tl-1',
      queries: [
        {
          refId: 'A',
          datasource: { uid: 'tl-1', type: 'tokenledger-datasource' },
          queryType: 'trace',
          id: 'abc',
        },
      ],
      range: { from: '1', to: '2' },
    },
  });
});
