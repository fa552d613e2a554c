#!/bin/sh
# Starts one process of the exchange. Where DATABASE_PASSWORD_FILE names a file, the database's
# password is taken from it and put in place of PASSWORD in JINQIAO_DATABASE_URL, so that it stands
# neither in the compose file nor in what the container engine shows of a container.
set -eu
if [ -n "${DATABASE_PASSWORD_FILE:-}" ]; then
    password=$(cat "$DATABASE_PASSWORD_FILE")
    case $password in
        *[!A-Za-z0-9._~-]*)
            echo "The database's password may have only letters, digits and . _ ~ -" >&2
            exit 1 ;;
    esac
    JINQIAO_DATABASE_URL="${JINQIAO_DATABASE_URL%%PASSWORD*}$password${JINQIAO_DATABASE_URL#*PASSWORD}"
    export JINQIAO_DATABASE_URL
fi
exec python -m jinqiao "$@"
