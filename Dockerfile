# The image of Stayline's processes: the worker by default, the server and the simulated hotel by other commands (docker-compose.yml).
# Debian, not Alpine: the Temporal SDK's native part needs glibc.

FROM node:24.19.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY workflows workflows
COPY activities activities
RUN npm run build && npm prune --omit=dev

FROM node:24.19.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Among them the API keys of the demo; no other set-up knows them.
COPY examples examples
# Where compose mounts the volume in which the simulator keeps its hotel; a new volume takes over its owner.
RUN mkdir /run/stayline && chown node:node /run/stayline
USER node
CMD ["node", "dist/src/worker.js"]
