# Grafana with the plugin and everything it reads at its start. Build it from the root: docker build -f docker/grafana.Dockerfile .
FROM node:20.20.2-bookworm-slim AS plugin
WORKDIR /app/plugin
COPY plugin/package.json plugin/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY plugin .
RUN npm run build

# The version everything was tried with. From 12.4 on grafana/grafana is also the only name of the open-source image.
FROM grafana/grafana:12.2.0
USER root
COPY --from=plugin /app/plugin/dist /usr/share/tokenledger/plugins/tokenledger-app
COPY provisioning/dashboards /etc/tokenledger/provisioning/dashboards
COPY provisioning/plugins /etc/tokenledger/provisioning/plugins
# The start step writes the data sources; a volume brings them.
RUN ln -s /run/tokenledger/datasources /etc/tokenledger/provisioning/datasources \
  && mkdir -p /etc/tokenledger/provisioning/alerting
USER 472
