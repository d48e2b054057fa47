# The dependencies alone: they change less often than the program, and npm stays behind with its cache.
FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# What the lock file says, and nothing for development. Not `npm ci`: it refuses a lock file that names the builds of optional
# packages for some systems only, as this one does.
RUN npm install --omit=dev --no-save --no-audit --no-fund

FROM node:24.21.0-slim
ENV NODE_ENV=production \
    THREADWISE_DATA_DIR=/data \
    THREADWISE_HOST=0.0.0.0 \
    THREADWISE_PORT=8080
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY adapters ./adapters
COPY src ./src
USER node
VOLUME /data
# `start` serves the page here, and needs THREADWISE_TOKEN for it (or THREADWISE_PLAYGROUND=off).
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive is all that one container can be held responsible for; docker-compose.yml asks for more.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.THREADWISE_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The program ends by itself on the stop signal. Run it with --init (the Compose file does), so that no dead child stays behind.
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["start"]
