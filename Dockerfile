# The service. Everything is in the image: nothing is fetched at run time.
# PACKAGES=base leaves out what the LLM engine needs.
FROM python:3.11-slim-bookworm AS build
ARG PACKAGES=llm
WORKDIR /srv
COPY .locks .locks
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r .locks/${PACKAGES}.txt
COPY . .
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 hotline && mkdir /data && chown hotline /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
WORKDIR /srv
USER hotline
ENV PATH=/opt/venv/bin:$PATH DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["hotline", "serve", "--host", "0.0.0.0"]
