# The first stage builds the server and its page. The image gets only the files that are needed to run them.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Install scripts would fetch a Node and a PostgreSQL for development, which the build does not need.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY web ./web
RUN npm run build && npm prune --omit=dev --ignore-scripts
# The libraries of Telegram, Slack and SMS are optional peers, which npm does not install. Their versions here are those
# that the tests ran with. --save-prod: else npm takes them for development packages and leaves them out.
RUN npm install --no-save --save-prod --omit=dev --ignore-scripts $(node -p \
    "const { peerDependencies, devDependencies: tested } = require('./package.json'); \
    Object.keys(peerDependencies).map((name) => name + '@' + tested[name]).join(' ')")

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    MCP_SERVER_PORT=8080 \
    DATA_DIR=/data
# The program belongs to root. The server can read it, and can write only to /data.
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/web/dist ./web/dist
COPY --from=build /build/dist ./dist
RUN ln -s /app/dist/composition/bin.js /usr/local/bin/agent-dashboard \
 && chmod 755 /app/dist/composition/bin.js \
 && install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MCP_SERVER_PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["agent-dashboard", "serve"]
