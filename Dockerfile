# The program as an image: production dependencies only, an unprivileged user, the launcher as the entry.
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26-slim
ENV NODE_ENV=production TRIALDRIFT_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY db ./db
COPY pipeline ./pipeline
COPY jobs ./jobs
COPY page ./page
COPY fixtures ./fixtures
# The codebook of exports and of the read API is the document itself.
COPY docs/schema.md ./docs/schema.md
# Compiled once for the user that it runs as; a container then starts as fast the first time as any other.
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
VOLUME /data
USER node
RUN node jobs/trialdrift.mjs --help > /dev/null
ENTRYPOINT ["node", "/app/jobs/trialdrift.mjs"]
CMD ["--help"]
