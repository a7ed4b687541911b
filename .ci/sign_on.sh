# shellcheck shell=bash
# Sign-on by servers of other people: an OpenID Connect provider (npm), a CAS server (PyPI), OpenLDAP (Debian), and the
# service with settings for all three. All of it lives as long as the step.

SIGN_ON_SERVICE=http://127.0.0.1:${SIGN_ON_PORT:-18081}
SIGN_ON_SECRET=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
SIGN_ON_PASSWORD=$(head -c 18 /dev/urandom | base64)
SIGN_ON_OIDC=${SIGN_ON_OIDC:-18090} SIGN_ON_CAS=${SIGN_ON_CAS:-18091}
SIGN_ON_LDAP=${SIGN_ON_LDAP:-18092} SIGN_ON_LDAPS=${SIGN_ON_LDAPS:-18093}

sign_on() {
    SIGN_ON_HOME=$WORK/sign_on
    rm -rf "$SIGN_ON_HOME"
    mkdir -p "$SIGN_ON_HOME/cas" "$SIGN_ON_HOME/ldap"
    trap stop_sign_on EXIT
    start_directory
    SIGN_ON_PASSWORD=$SIGN_ON_PASSWORD "$CACHE/venv/bin/python" -B tests/sign_on/cas.py \
        "$SIGN_ON_CAS" "$SIGN_ON_SERVICE" "$SIGN_ON_HOME/cas" >"$SIGN_ON_HOME/cas.log" 2>&1 &
    start_signing_on_service
    wait_for 'the CAS server' 30 curl --fail --silent "http://127.0.0.1:$SIGN_ON_CAS/cas/login"
    # It starts and stops the OpenID Connect provider itself: keys change, and it goes away.
    BASE_URL=$SIGN_ON_SERVICE NAME=emergency PASSWORD=$SIGN_ON_PASSWORD OIDC_PORT=$SIGN_ON_OIDC \
        node tests/sign_on/stories.mjs || { tail -n 20 "$SIGN_ON_HOME"/*.log; return 1; }
    if grep '"level":"ERROR"' "$SIGN_ON_HOME/service.log"; then return 1; fi
}

stop_sign_on() {
    jobs -p | xargs -r kill 2>/dev/null || true
}

start_signing_on_service() {
    local gongxue=$CARGO_TARGET_DIR/release/gongxue
    export GONGXUE_DATA_DIR=$SIGN_ON_HOME/data GONGXUE_SERVER__LISTEN=${SIGN_ON_SERVICE#http://}
    sign_on_settings >"$SIGN_ON_HOME/settings.toml"
    "$gongxue" --config "$SIGN_ON_HOME/settings.toml" config show | grep -F "$SIGN_ON_SECRET" && return 1
    "$gongxue" --config "$SIGN_ON_HOME/settings.toml" serve >"$SIGN_ON_HOME/service.out" 2>"$SIGN_ON_HOME/service.log" &
    wait_for 'the service' 60 curl --fail --silent "$SIGN_ON_SERVICE/readyz"
    "$gongxue" school add ci '持续集成技工学校' >/dev/null
    "$gongxue" account add emergency --role bureau --password-stdin <<<"$SIGN_ON_PASSWORD" >/dev/null
}

sign_on_settings() {
    echo "$SIGN_ON_SECRET" >"$SIGN_ON_HOME/secret"
    cat <<TOML
[[sign_on.providers]]
id = "city"
kind = "oidc"
name_zh = "市统一认证"
issuer = "http://127.0.0.1:$SIGN_ON_OIDC"
client_id = "gongxue"
client_secret_file = "$SIGN_ON_HOME/secret"
rules = [{ attribute = "groups", values = ["teachers"], role = "teacher", school_attribute = "org" }]

[[sign_on.providers]]
id = "campus"
kind = "cas"
name_zh = "校园 CAS"
url = "http://127.0.0.1:$SIGN_ON_CAS/cas"
id_attribute = "employeeNumber"
rules = [{ attribute = "groups", values = ["teachers"], role = "teacher", school = "ci" }]

[[sign_on.providers]]
id = "directory"
kind = "ldap"
name_zh = "校园账号"
url = "ldap://127.0.0.1:$SIGN_ON_LDAP"
ca_file = "$SIGN_ON_HOME/ldap/ca.pem"
base = "ou=people,dc=example,dc=cn"
bind_dn = "cn=search,dc=example,dc=cn"
bind_password_file = "$SIGN_ON_HOME/secret"
rules = [{ attribute = "memberOf", values = ["cn=teachers,ou=groups,dc=example,dc=cn"], role = "teacher", school = "ci" }]

[[sign_on.providers]]
id = "groups"
kind = "ldap"
name_zh = "校园账号（按组）"
url = "ldaps://127.0.0.1:$SIGN_ON_LDAPS"
ca_file = "$SIGN_ON_HOME/ldap/ca.pem"
base = "ou=people,dc=example,dc=cn"
bind_dn = "cn=search,dc=example,dc=cn"
bind_password_file = "$SIGN_ON_HOME/secret"
group_base = "ou=groups,dc=example,dc=cn"
group_filter = "(&(objectClass=groupOfNames)(member={dn}))"
rules = [{ attribute = "groups", values = ["cn=heads,ou=groups,dc=example,dc=cn"], role = "school-admin", school = "ci" }]
TOML
}

# OpenLDAP that says nothing without TLS, two people and two groups.
start_directory() {
    local home=$SIGN_ON_HOME/ldap
    make_certificates "$home"
    mkdir "$home/db"
    cat >"$home/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCACertificateFile $home/ca.pem
TLSCertificateFile $home/server.pem
TLSCertificateKeyFile $home/server.key
security simple_bind=128
database mdb
suffix "dc=example,dc=cn"
rootdn "cn=admin,dc=example,dc=cn"
rootpw "$SIGN_ON_SECRET"
directory $home/db
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=search,dc=example,dc=cn" read by * none
CONF
    slapd -f "$home/slapd.conf" -d 0 \
        -h "ldap://127.0.0.1:$SIGN_ON_LDAP ldaps://127.0.0.1:$SIGN_ON_LDAPS" >"$SIGN_ON_HOME/slapd.log" 2>&1 &
    directory_entries >"$home/entries.ldif"
    export LDAPTLS_CACERT=$home/ca.pem
    wait_for 'the directory' 30 ldapadd -x -H "ldaps://127.0.0.1:$SIGN_ON_LDAPS" -D cn=admin,dc=example,dc=cn \
        -w "$SIGN_ON_SECRET" -c -f "$home/entries.ldif" -S "$home/refused"
}

make_certificates() {
    (
        cd "$1"
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=a school' -keyout ca.key -out ca.pem
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=127.0.0.1' -keyout server.key -out server.pem \
            -CA ca.pem -CAkey ca.key -addext 'subjectAltName=IP:127.0.0.1' -addext 'basicConstraints=critical,CA:FALSE'
    ) 2>/dev/null
}

directory_entries() {
    cat <<LDIF
dn: dc=example,dc=cn
objectClass: domain
dc: example

dn: cn=search,dc=example,dc=cn
objectClass: person
cn: search
sn: search
userPassword: $SIGN_ON_SECRET

dn: ou=people,dc=example,dc=cn
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=cn
objectClass: organizationalUnit
ou: groups

dn: uid=sun.lei,ou=people,dc=example,dc=cn
objectClass: inetOrgPerson
uid: sun.lei
cn: 孙磊
sn: 孙
userPassword: $SIGN_ON_PASSWORD

dn: uid=zhou.jing,ou=people,dc=example,dc=cn
objectClass: inetOrgPerson
uid: zhou.jing
cn: 周静
sn: 周
userPassword: $SIGN_ON_PASSWORD

dn: cn=teachers,ou=groups,dc=example,dc=cn
objectClass: groupOfNames
cn: teachers
member: uid=sun.lei,ou=people,dc=example,dc=cn

dn: cn=heads,ou=groups,dc=example,dc=cn
objectClass: groupOfNames
cn: heads
member: uid=zhou.jing,ou=people,dc=example,dc=cn
LDIF
}
