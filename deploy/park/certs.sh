#!/bin/sh
# Certificates for the NATS servers of a park: an authority of its own, and one certificate for each server, good for both
# ends of a connection. An authority that is there already is used again.
#
#   sh certs.sh certs nats-a.example nats-b.example
#
# writes certs/ca.pem, certs/ca.key, certs/nats-a.example.pem, certs/nats-a.example.key and so on. Each operator gets
# ca.pem and the two files of their own server. ca.key lets in whom it likes: keep it away from the servers.
set -eu
umask 077
folder=$1
shift
mkdir -p "$folder"
cd "$folder"
# openssl's own settings would add to what is asked for here.
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
printf '[req]\ndistinguished_name = name\n[name]\n' > "$settings"

make() {
  openssl req -x509 -config "$settings" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 "$@" 2> /dev/null
}

if [ ! -e ca.key ]; then
  make -days 3650 -subj "/CN=park" -keyout ca.key -out ca.pem \
    -addext "basicConstraints = critical, CA:TRUE" -addext "keyUsage = critical, keyCertSign, cRLSign"
fi
for host in "$@"; do
  case $host in
    *[!0-9.]*) name="DNS:$host" ;;
    *) name="IP:$host" ;;
  esac
  make -days 825 -subj "/CN=$host" -CA ca.pem -CAkey ca.key -keyout "$host.key" -out "$host.pem" \
    -addext "basicConstraints = critical, CA:FALSE" -addext "keyUsage = critical, digitalSignature" \
    -addext "extendedKeyUsage = serverAuth, clientAuth" -addext "subjectAltName = $name"
done
