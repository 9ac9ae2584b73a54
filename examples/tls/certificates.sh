#!/bin/sh
# The certificates of the TLS example, by two commands of openssl 3: certificates.sh [FOLDER]. An
# authority, whose key stays in a safe place, and a server's certificate for localhost by it. The
# server needs server.key and server.pem, its clients ca.pem.
set -eu
cd "${1:-.}"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj "/CN=Example CA" -keyout ca.key -out ca.pem

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -CA ca.pem -CAkey ca.key -subj "/CN=localhost" -addext "basicConstraints=critical,CA:FALSE" \
    -addext "subjectAltName=DNS:localhost" -keyout server.key -out server.pem
