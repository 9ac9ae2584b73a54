#!/usr/bin/env bash
# certificates.bash FOLDER: makes keys and certificates for the tests of TLS, NAME.key and NAME.pem
# each:
#   ca, other     authorities, of which the tests trust the first
#   server        of ca, for localhost and server.test      second   the same for second.test
#   expired       of ca, for localhost, until yesterday      foreign  of other, for localhost
#   client        of ca: CN=ann, with a name of each kind     stranger the same name, of other
# and locked.key, the server's key with a passphrase.
set -euo pipefail
cd "$1"

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# authority NAME SUBJECT
authority() {
    openssl req -x509 "${new_key[@]}" -days 30 -subj "$2" -keyout "$1.key" -out "$1.pem"
}

# certificate NAME AUTHORITY SUBJECT ALTERNATIVE_NAMES [DAYS]
certificate() {
    openssl req "${new_key[@]}" -subj "$3" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
        -days "${5:-30}" -extfile <(echo "subjectAltName=$4") -out "$1.pem"
}

{
    authority ca "/CN=Test CA"
    authority other "/CN=Other CA"
    certificate server ca "/CN=server" "DNS:localhost,DNS:server.test"
    certificate second ca "/CN=second" "DNS:second.test"
    certificate expired ca "/CN=server" "DNS:localhost" -1
    certificate foreign other "/CN=server" "DNS:localhost"
    names="DNS:ann.test,URI:spiffe://example/ann,email:ann@example.test,IP:127.0.0.9"
    certificate client ca "/O=Example/CN=ann" "$names"
    certificate stranger other "/O=Example/CN=ann" "$names"
    openssl pkey -in server.key -aes256 -passout pass:secret -out locked.key
} >certificates.log 2>&1 || {
    cat certificates.log >&2
    exit 1
}
