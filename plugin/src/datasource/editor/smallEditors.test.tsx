import { render, screen } from '@testing-library/react';
import React, { useState, type ComponentProps } from 'react';
import { of } from 'rxjs';
import { DEFAULTS, type AnnotationsQuery, type VariableQuery } from '../query';
import { QueryHelp } from '../QueryHelp';
import { AnnotationQueryEditor } from './AnnotationQueryEditor';
import { setUpUser, setVariables } from './testEditor';
import { VariableQueryEditor } from './VariableQueryEditor';

const dimensionValues = jest.fn(() => of({ values: [{ value: 'gpt', calls: 3 }], truncated: false }));
const datasource = { api: { dimensionValues } };

beforeEach(() => setVariables(['customer']));

describe('AnnotationQueryEditor', () => {
  it('starts with every kind of event and leaves out what is removed', async () => {
    const onChange = jest.fn();
    const props = { datasource, query: { refId: 'Anno' }, onChange, onRunQuery: jest.fn() };
    render(<AnnotationQueryEditor {...(props as unknown as ComponentProps<typeof AnnotationQueryEditor>)} />);
    await setUpUser().click(screen.getByRole('button', { name: 'Remove Price changes' }));
    const expected: AnnotationsQuery = {
      refId: 'Anno',
      ...DEFAULTS.annotations,
      kinds: ['pending_recovered', 'day_restated'],
    };
    expect(onChange).toHaveBeenCalledWith(expected);
  });

  it('says why it cannot show what it does not know, instead of breaking the page', () => {
    const props = {
      datasource,
      query: { refId: 'Anno', version: 2 },
      onChange: jest.fn(),
      onRunQuery: jest.fn(),
    };
    render(<AnnotationQueryEditor {...(props as unknown as ComponentProps<typeof AnnotationQueryEditor>)} />);
    expect(screen.getByRole('alert')).toHaveTextContent(/Update the plugin/);
  });
});

describe('VariableQueryEditor', () => {
  it('takes a dimension, and filters that name other variables', async () => {
    let latest: VariableQuery | undefined;
    const Host = () => {
      const [query, setQuery] = useState<VariableQuery>();
      latest = query;
      const props = { datasource, query: query ?? '', onChange: setQuery, onRunQuery: jest.fn() };
      return <VariableQueryEditor {...(props as unknown as ComponentProps<typeof VariableQueryEditor>)} />;
    };
    render(<Host />);
    const user = setUpUser();
    await user.click(screen.getByRole('combobox', { name: 'Values of' }));
    await user.click(await screen.findByRole('option', { name: /^Model/ }));
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await user.click(screen.getByRole('combobox', { name: 'Filter 1: values of Organisation' }));
    await user.click(await screen.findByRole('option', { name: '$customer Variable' }));
    expect(latest).toEqual({
      refId: 'variable',
      dimension: 'model',
      filters: [{ dimension: 'org_id', operator: 'in', values: ['$customer'] }],
    });
  });
});

describe('QueryHelp', () => {
  it('puts an example in the place of the query', async () => {
    const onClickExample = jest.fn();
    const props = { datasource, query: { refId: 'B', datasource: { uid: 'x' } }, onClickExample };
    render(<QueryHelp {...(props as unknown as ComponentProps<typeof QueryHelp>)} />);
    await setUpUser().click(screen.getByRole('button', { name: 'Which calls have no cost yet, and why?' }));
    expect(onClickExample).toHaveBeenCalledWith({
      refId: 'B',
      datasource: { uid: 'x' },
      ...DEFAULTS.calls,
      filters: [{ field: 'cost_status', operator: '=', values: ['pending'] }],
    });
  });
});
