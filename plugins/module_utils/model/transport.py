# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server of images is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema


def _proxy(text: str) -> None:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        # It may hold a password.
        raise ValueError("a proxy is http://HOST:PORT or https://HOST:PORT")


def _not_negative(value: int) -> None:
    if value < 0:
        raise ValueError(f"{value} is less than none")


TRANSPORT = Schema(
    name="transport",
    doc="How the servers of O(url) and of a checksum file are asked, where they are not files of "
    "the node.",
    required_together=(("username", "password"),),
    mutually_exclusive=(("proxy", "use_proxy"),),
    fields=(
        Field(
            "retries",
            "How often a load that broke off, or a server that is busy or does not answer, is "
            "tried again before the task fails: after 1 second, then after 2, 4 and so on up to "
            "30. What has arrived is not loaded again where the server says that it is still the "
            "same file. Without it, that is 3.",
            type="int",
            codec=codec.RAW,
            check=_not_negative,
        ),
        Field(
            "timeout",
            "How long an attempt waits for an answer, in seconds; without it, 60.",
            type="int",
            codec=codec.RAW,
            check=names.positive,
        ),
        Field(
            "proxy",
            "URL of the proxy. Without it, the environment variables E(http_proxy) and "
            "E(https_proxy) of the node say which. E(no_proxy) counts in any case.",
            no_log=True,
            check=_proxy,
        ),
        Field(
            "use_proxy",
            "V(false) uses no proxy, whatever the environment says.",
            type="bool",
            codec=codec.RAW,
        ),
        Field(
            "validate_certs",
            "Whether the certificate of a server has to be valid. It has to unless this says "
            "V(false).",
            type="bool",
            codec=codec.RAW,
        ),
        Field(
            "ca_path",
            "File of the node with the certificates, in PEM, of those who may vouch for a server; "
            "without it, the node's own.",
            check=names.path,
        ),
        Field(
            "client_cert",
            "File of the node with a certificate, in PEM, to show to a server; it may hold the key "
            "as well.",
            check=names.path,
        ),
        Field("client_key", "File of the node with the key, in PEM.", check=names.path),
        Field("username", "Name to log in with at a server."),
        Field("password", "Password to log in with.", no_log=True),
    ),
)
