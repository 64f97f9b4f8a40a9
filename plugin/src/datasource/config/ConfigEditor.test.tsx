import { config } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { ConfigEditor, type ConfigProps } from './ConfigEditor';

type Options = ConfigProps['options'];

const NEW = { url: '', jsonData: {}, secureJsonFields: {}, readOnly: false } as Options;

function renderConfig(changed: Partial<Options> = {}) {
  let latest: Options = { ...NEW, ...changed };
  const Host = () => {
    const [options, setOptions] = useState(latest);
    latest = options;
    return <ConfigEditor options={options} onOptionsChange={setOptions} />;
  };
  render(<Host />);
  return { user: userEvent.setup(), options: () => latest };
}

const urlInput = () => screen.getByRole('textbox', { name: /^URL of the backend/ });

Object.defineProperty(window, 'isSecureContext', { value: true });

beforeEach(() => {
  config.appUrl = 'https://grafana.example/sub/';
  config.bootData = { user: { orgId: 1 } } as typeof config.bootData;
});

describe('ConfigEditor', () => {
  it('sets URL and key; the key goes where Grafana encrypts it, under the header of the backend', async () => {
    const { user, options } = renderConfig();
    await user.type(urlInput(), 'http://127.0.0.1:4318 ');
    await user.type(screen.getByLabelText(/^Key/), ' tlk_1_2 ');
    expect(options()).toMatchObject({
      url: 'http://127.0.0.1:4318',
      jsonData: { httpHeaderName1: 'X-Tokenledger-Key' },
      secureJsonData: { httpHeaderValue1: 'tlk_1_2' },
    });
    expect(screen.getByLabelText(/^Key/)).toHaveAttribute('type', 'password');
  });

  it('resets a key that is set', async () => {
    const { user, options } = renderConfig({ secureJsonFields: { httpHeaderValue1: true } });
    expect(screen.getByLabelText(/^Key/)).toHaveValue('configured');
    await user.click(screen.getByRole('button', { name: 'Reset' }));
    expect(options().secureJsonFields.httpHeaderValue1).toBe(false);
    expect(screen.getByLabelText(/^Key/)).toHaveValue('');
    expect(screen.getByLabelText(/^Key/)).toBeEnabled();
  });

  it('changes nothing of a data source from a provisioning file', () => {
    renderConfig({ readOnly: true, secureJsonFields: { httpHeaderValue1: true } });
    expect(urlInput()).toBeDisabled();
    expect(screen.getByLabelText(/^Key/)).toBeDisabled();
    expect(screen.queryByRole('button', { name: 'Reset' })).not.toBeInTheDocument();
  });

  it('shows the settings of the backend with the address of this Grafana, ready to be copied', async () => {
    const { user } = renderConfig();
    await user.click(screen.getByRole('button', { name: 'Copy the settings' }));
    await expect(navigator.clipboard.readText()).resolves.toBe(
      'GRAFANA_URL=https://grafana.example/sub\nGRAFANA_ISSUER=https://grafana.example/sub/',
    );
    await user.click(screen.getByRole('button', { name: 'Copy the command' }));
    await expect(navigator.clipboard.readText()).resolves.toBe(
      'npm run -s tokenledger -- keys create --name grafana --scope grafana',
    );
  });

  it('names the organisation, where it is not the first', () => {
    config.bootData = { user: { orgId: 3 } } as typeof config.bootData;
    renderConfig();
    expect(screen.getByText(/GRAFANA_TEAM_ORG_ID=3/)).toBeInTheDocument();
  });

  it('keeps what few need folded, and tells it as numbers and booleans', async () => {
    const { user, options } = renderConfig();
    expect(screen.queryByLabelText(/^Timeout/)).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Advanced' }));
    await user.type(screen.getByLabelText(/^Timeout/), '6x0');
    await user.click(screen.getByLabelText(/^Skip verification/));
    expect(options().jsonData).toEqual({ timeout: 60, tlsSkipVerify: true });
    await user.clear(screen.getByLabelText(/^Timeout/));
    expect(options().jsonData.timeout).toBeUndefined();
  });
});
