# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from typing import Any

import pytest
from ansible.module_utils import urls

from ansible_collections.vmrt.libvirt.plugins.module_utils import module


def test_a_proxy_is_that_of_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []

    def opened(url: str, **options: Any) -> None:
        names = ("http_proxy", "https_proxy")
        seen.append((*(os.environ.get(name) for name in names), options))

    monkeypatch.setattr(urls, "open_url", opened)
    monkeypatch.setenv("http_proxy", "http://usual:1")
    monkeypatch.delenv("https_proxy", raising=False)
    module.open_url("http://example.org", proxy="http://other:2", timeout=3)
    assert os.environ["http_proxy"] == "http://usual:1"
    assert "https_proxy" not in os.environ
    module.open_url("http://example.org")
    assert seen == [
        ("http://other:2", "http://other:2", {"timeout": 3}),
        ("http://usual:1", None, {}),
    ]
