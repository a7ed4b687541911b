# syntax=docker/dockerfile:1
# 工学资源库的镜像：docker build -t gongxue .

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake g++ make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The caches outlive the layer, so a change of ours does not compile the whole tree again.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin gongxue \
 && install -D target/release/gongxue /out/gongxue

FROM debian:bookworm-slim
# Fonts: PDF files that carry none of their own are drawn with these. curl: the health check. Page pictures of Office files
# and copies of films need more, 600 MB: --build-arg TOOLS="ffmpeg libreoffice-calc-nogui libreoffice-impress-nogui
# libreoffice-writer-nogui"
ARG TOOLS=""
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl fonts-wqy-zenhei $TOOLS \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin gongxue \
 && install -d -o gongxue -g gongxue /data
COPY --from=build /out/gongxue /usr/local/bin/gongxue
COPY config/default.toml /etc/gongxue/default.toml
COPY LICENSE-MIT LICENSE-APACHE src/table/font/OFL.txt /usr/share/doc/gongxue/
COPY models/NOTICE /usr/share/doc/gongxue/models-NOTICE

USER gongxue
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENV GONGXUE_SERVER__LISTEN=0.0.0.0:8080 \
    GONGXUE_DATA_DIR=/data
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["gongxue"]
CMD ["serve"]
