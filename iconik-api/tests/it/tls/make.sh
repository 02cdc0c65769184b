#!/usr/bin/env bash
# Makes the certificates of the tests of TLS. They are committed, so that the tests are the same everywhere; no
# program trusts them, and the key of the root is not kept.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt; }

# certificate <file> <subject> <key> <issuer's key> <last day> <extension...>
certificate() {
    : >"$work/index"
    printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s\nnew_certs_dir=%s\ndefault_md=sha256\nrand_serial=yes\npolicy=p\n[p]\ncommonName=supplied\n[e]\n' \
        "$work/index" "$work" >"$work/config"
    printf '%s\n' "${@:6}" >>"$work/config"
    openssl req -new -key "$3" -subj "/CN=$2" -out "$work/request"
    issuer=(-selfsign)
    [ "$4" = "$3" ] || issuer=(-cert root.pem)
    openssl ca -batch -notext -config "$work/config" -extensions e -keyfile "$4" "${issuer[@]}" \
        -startdate 20200101000000Z -enddate "$5" -in "$work/request" -out "$1.pem" 2>/dev/null
}

root="$work/root.key"
key >"$root"
key >server.key
never=21200101000000Z
here="subjectAltName=IP:127.0.0.1,DNS:localhost"
leaf=("basicConstraints=critical,CA:FALSE" "extendedKeyUsage=serverAuth")
certificate root "Root of the tests" "$root" "$root" "$never" \
    "basicConstraints=critical,CA:TRUE" "keyUsage=critical,keyCertSign,cRLSign" "subjectKeyIdentifier=hash"
certificate good "Server of the tests" server.key "$root" "$never" "${leaf[@]}" "$here"
certificate expired "Server of the tests" server.key "$root" 20210101000000Z "${leaf[@]}" "$here"
certificate wrong_name "Server of the tests" server.key "$root" "$never" "${leaf[@]}" "subjectAltName=DNS:other.example"
certificate self_signed "Itself" server.key server.key "$never" "${leaf[@]}" "$here"
