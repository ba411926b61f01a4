# syntax=docker/dockerfile:1
# One image for all roles; the command picks the role: python -m services.plans, python -m workflows, monthline migrate.
# PYTHON is a tag, or a tag with a digest: a build that has to be repeatable names the digest.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS wheel
WORKDIR /source
COPY . .
RUN sh deploy/image/steps.sh wheel /source /dist

FROM python:${PYTHON} AS installed
WORKDIR /source
COPY deploy/image/steps.sh deploy/image/steps.sh
COPY requirements/run.txt requirements/run.txt
RUN sh deploy/image/steps.sh packages /source /opt/monthline
COPY --from=wheel /dist /dist
RUN sh deploy/image/steps.sh project /dist /opt/monthline

FROM python:${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Monthline" \
      org.opencontainers.image.description="Monthly plans from the first draft to the score, on durable workflows." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=installed /opt/monthline /opt/monthline
# Nothing is ever written: bytecode is compiled in, logs go to standard error, data to the servers.
ENV PATH=/opt/monthline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8000
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /opt/monthline
EXPOSE 8000
STOPSIGNAL SIGTERM
# No HEALTHCHECK: one image serves many roles and one-shot commands; compose and Kubernetes ask /readyz of those that serve.
CMD ["monthline", "--help"]
