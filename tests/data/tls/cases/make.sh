#!/bin/sh
# Makes certificates into the folder that is named, as tests/it/tls.rs does at every run; without one those that stand
# here, for machines that have no OpenSSL 3. The CA's key is thrown away.
set -eu
cd "${1:-$(dirname "$0")}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
authority() { # name subject
  key "$work/$1.key"
  openssl req -x509 -new -key "$work/$1.key" -subj "/O=Test/CN=$2" -days 36500 -out "$work/$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
issue() { # name authority subject alternative-names from until
  key "$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/CN=$3" -out "$work/$1.csr"
  : > "$work/index"
  cat > "$work/ca.conf" <<CONF
[ca]
default_ca = here
[here]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
subjectAltName = $4
CONF
  openssl ca -batch -notext -config "$work/ca.conf" -cert "$work/$2.pem" -keyfile "$work/$2.key" \
    -startdate "$5" -enddate "$6" -in "$work/$1.csr" -out "$work/$1.pem" 2>/dev/null
  cat "$work/$1.key" "$work/$1.pem" > "$1.pem"
}
authority ca "Test CA"
authority stranger "Strange CA"
names=DNS:localhost,DNS:chat.test,IP:127.0.0.1,IP:::1
issue good ca localhost "$names" 20200101000000Z 21200101000000Z
issue unknown stranger localhost "$names" 20200101000000Z 21200101000000Z
issue elsewhere ca other.example DNS:other.example 20200101000000Z 21200101000000Z
issue expired ca localhost "$names" 20010101000000Z 20020101000000Z
issue future ca localhost "$names" 22000101000000Z 22010101000000Z
issue client ca jane DNS:jane 20200101000000Z 21200101000000Z
cp "$work/ca.pem" ca.pem
openssl pkcs12 -export -inkey "$work/client.key" -in "$work/client.pem" -passout pass:secret -out client.p12
