import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Compilation, Compiler, Configuration, RuleSetRule } from 'webpack';
import grafanaConfig, { type Env } from './.config/webpack/webpack.config.ts';

const JSX_RUNTIME = /react[\\/]jsx-(dev-)?runtime/;

/**
 * Fails the build when anything asks for react/jsx-runtime. Grafana 12.2.0 does not share it (12.2.5 does), and a bundled
 * one is of one React version while Grafana's may be 18 or 19.
 */
class NoJsxRuntime {
  apply(compiler: Compiler): void {
    compiler.hooks.compilation.tap('NoJsxRuntime', (compilation: Compilation) => {
      compilation.hooks.afterSeal.tap('NoJsxRuntime', () => {
        for (const module of compilation.modules) {
          const id = module.identifier();
          if (JSX_RUNTIME.test(id)) {
            const message = `react/jsx-runtime is not shared by Grafana 12.2.0: ${id}`;
            compilation.errors.push(new compiler.webpack.WebpackError(message));
          }
        }
      });
    });
  }
}

interface SwcLoader {
  loader: 'swc-loader';
  options: { jsc: { transform?: { react: { runtime: 'classic' | 'automatic' } } } };
}

const isSwcLoader = (use: unknown): use is SwcLoader =>
  typeof use === 'object' && use !== null && 'loader' in use && use.loader === 'swc-loader';

/** Grafana's configuration (.config is as generated), changed where Grafana 12.2.0 needs it. */
export default async function config(env: Env): Promise<Configuration> {
  const base = await grafanaConfig(env);
  for (const rule of (base.module?.rules ?? []) as RuleSetRule[]) {
    if (isSwcLoader(rule.use)) {
      rule.use.options.jsc.transform = { react: { runtime: 'classic' } };
    }
  }
  const externals = Array.isArray(base.externals) ? base.externals : [];
  base.externals = externals.filter(
    (external) => !(typeof external === 'string' && JSX_RUNTIME.test(external)),
  );
  // The file cache does not see changes of loader options: a wrong build passed with it.
  if (env.production) {
    base.cache = false;
  }
  // The template copies the logos of the outer plugin only.
  base.plugins?.push(new CopyWebpackPlugin({ patterns: [{ from: '*/img/**/*' }] }), new NoJsxRuntime());
  return base;
}
