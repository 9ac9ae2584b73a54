#!/bin/sh
# The certificates of the mutual TLS example, by three commands of openssl 3:
# certificates.sh [FOLDER]. An authority, whose key stays in a safe place, and two certificates by
# it: the server's for localhost, and a client's, whose name the server's handlers see. The server
# needs server.key, server.pem and ca.pem; the client client.key, client.pem and ca.pem.
set -eu
cd "${1:-.}"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj "/CN=Example CA" -keyout ca.key -out ca.pem

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -CA ca.pem -CAkey ca.key -subj "/CN=localhost" -addext "basicConstraints=critical,CA:FALSE" \
    -addext "subjectAltName=DNS:localhost" -keyout server.key -out server.pem

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -CA ca.pem -CAkey ca.key -subj "/O=Example/CN=ann" \
    -addext "basicConstraints=critical,CA:FALSE" \
    -addext "subjectAltName=email:ann@example.org" -keyout client.key -out client.pem
