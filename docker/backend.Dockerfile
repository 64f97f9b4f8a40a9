# The backend, and the start step of docker-compose.yml. Build it from the root: docker build -f docker/backend.Dockerfile .
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.base.json ./
COPY backend backend
# No package needs its install script, so none may run.
RUN npm ci --ignore-scripts --no-audit --no-fund && npx tsc -b backend
# The embedded database is optional and for evaluation: 80 MB that a server database makes idle.
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --omit=optional

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/tokenledger
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/backend/package.json backend/package.json
COPY --from=build /app/backend/migrations backend/migrations
COPY --from=build /app/backend/dist backend/dist
COPY scripts/stack scripts/stack
COPY LICENSE ./
# A new volume takes owner and mode of the folder it is mounted on: the start step, as node (1000), can write into each,
# and the others read theirs as members of its group.
RUN printf '#!/bin/sh\nexec node /app/backend/dist/cli.js "$@"\n' > /usr/local/bin/tokenledger \
  && chmod 755 /usr/local/bin/tokenledger \
  && mkdir -p /var/lib/tokenledger /stack/secrets /stack/for/database /stack/for/backend /stack/for/grafana \
       /stack/for/collector /stack/collector-queue \
  && chown -R node:node /var/lib/tokenledger /stack \
  && chmod 700 /var/lib/tokenledger /stack/secrets \
  && chmod 750 /stack/for/* \
  && chmod 2770 /stack/collector-queue
USER 1000:1000
EXPOSE 4318
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "scripts/stack/check-ready.mjs"]
CMD ["node", "backend/dist/main.js"]
