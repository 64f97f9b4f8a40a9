import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import React from 'react';
import ReactDom from 'react-dom';
import * as reactRouter from 'react-router';
import * as reactRouterDom from 'react-router-dom';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';
import { PluginPage } from './PluginPage';

/**
 * What Grafana 12.2.0 shares with plugins (public/app/features/plugins/loader/sharedDependencies.ts), as far as it can be
 * had here. react/jsx-runtime, react-dom/client, @grafana/schema and @grafana/i18n are not shared, so they are not here.
 */
const SHARED: Readonly<Record<string, unknown>> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  '@grafana/runtime': { ...grafanaRuntime, PluginPage },
  '@grafana/ui': grafanaUi,
  i18next,
  lodash,
  moment,
  react: React,
  'react-dom': ReactDom,
  'react-router': reactRouter,
  'react-router-dom': reactRouterDom,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

type Factory = (...dependencies: unknown[]) => unknown;

/** Loads a built module.js the way Grafana's loader does: an AMD module, told its own address. */
export async function loadPlugin<Plugin>(address: string): Promise<Plugin> {
  const module = await new Promise<{ plugin: Plugin }>((resolve, reject) => {
    const define = (dependencies: readonly string[], factory: Factory): void => {
      const missing = dependencies.filter((name) => name !== 'module' && !(name in SHARED));
      if (missing.length > 0) {
        reject(new Error(`${address} asks for what Grafana 12.2.0 does not share: ${missing.join(', ')}`));
        return;
      }
      const uri = new URL(address, document.baseURI).href;
      resolve(
        factory(...dependencies.map((name) => (name === 'module' ? { uri } : SHARED[name]))) as {
          plugin: Plugin;
        },
      );
    };
    Object.assign(window, { define: Object.assign(define, { amd: {} }) });
    const script = document.createElement('script');
    script.src = address;
    script.onerror = () => reject(new Error(`${address} cannot be loaded`));
    document.head.append(script);
  });
  return module.plugin;
}
