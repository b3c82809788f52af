# Read by each `run`: installs the peers, pinned in their folders under duplicates, and makes a certificate for 127.0.0.1.

# Installs again only where the pinned versions changed.
changed() { ! cmp -s "$1" "$2/installed-from"; }

# python_peer PINS FOLDER
python_peer() {
  changed "$1" "$2" || return 0
  echo "installing ${2##*/}"
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$1"
  "$2/bin/pip" check >/dev/null
  "$2/bin/python" -m compileall -q "$2/lib" >/dev/null || true
  cp "$1" "$2/installed-from"
}

# npm_peer SOURCE FOLDER
npm_peer() {
  changed "$1/package-lock.json" "$2" || return 0
  echo "installing ${2##*/}"
  mkdir -p "$2"
  cp "$1"/package*.json "$2"
  npm ci --prefix "$2" --no-audit --no-fund --loglevel=error
  cp "$1/package-lock.json" "$2/installed-from"
}

# make_certificate FOLDER: a certificate authority for this machine alone, and a certificate of its for 127.0.0.1.
make_certificate() {
  ! openssl x509 -checkend 86400 -noout -in "$1/server.pem" >/dev/null 2>&1 || return 0
  mkdir -p "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=peers test CA" -keyout "$1/ca.key" -out "$1/ca.pem" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$1/server.key" -out "$1/server.csr" 2>/dev/null
  openssl x509 -req -in "$1/server.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 30 \
    -out "$1/server.pem" -extfile <(printf '%s\n' "subjectAltName=IP:127.0.0.1" "extendedKeyUsage=serverAuth" \
    "basicConstraints=CA:FALSE" "keyUsage=digitalSignature" "authorityKeyIdentifier=keyid") 2>/dev/null
}
