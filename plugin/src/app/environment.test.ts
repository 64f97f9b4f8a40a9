import { config } from '@grafana/runtime';
import { renderHook } from '@testing-library/react';
import { useEnvironment } from './environment';

describe('who is signed in', () => {
  const userName = () => renderHook(useEnvironment).result.current.userName();

  it('has the name that Grafana shows, or else the login', () => {
    Object.assign(config.bootData, { user: { login: 'ada', name: 'Ada Lovelace' } });
    expect(userName()).toBe('Ada Lovelace');
    Object.assign(config.bootData, { user: { login: 'ada', name: '' } });
    expect(userName()).toBe('ada');
  });
});
