"""Personal data lie apart, encrypted, and can be erased."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import override_settings

from yinuo.city.ledger import private

pytestmark = pytest.mark.django_db
WANG = {"name": "王敏", "phone": "13800001234"}


def test_what_was_sealed_is_unsealed_until_it_is_erased():
    sealed = private.seal("person/1", WANG)
    assert private.unseal("person/1") == WANG
    assert private.fits(**sealed)
    assert not private.fits("person/1", "0" * 64)
    assert private.erase("person/1")
    assert private.unseal("person/1") is None
    assert private.fits(**sealed) is None
    assert not private.erase("person/1")


def test_sealing_the_same_again_gives_the_same_digest_and_other_fields_are_refused():
    first = private.seal("person/1", WANG)
    assert private.seal_many({"person/2": WANG, "person/1": WANG})["person/1"] == first
    with pytest.raises(private.AlreadySealed, match="person/1"):
        private.seal("person/1", WANG | {"phone": "1"})


def test_the_same_fields_of_two_people_show_no_likeness():
    both = private.seal_many({"person/1": WANG, "person/2": WANG})
    assert both["person/1"]["digest"] != both["person/2"]["digest"]
    with connection.cursor() as cursor:
        cursor.execute("select ciphertext from ledger_private")
        texts = [bytes(row[0]) for row in cursor.fetchall()]
    assert len(set(texts)) == 2
    assert not any("王敏".encode() in text for text in texts)


def test_keys_rotate_the_first_encrypts_and_all_decrypt():
    with override_settings(PRIVATE_KEYS="old"):
        private.seal_many({f"person/{n}": WANG for n in range(5)})
    with override_settings(PRIVATE_KEYS="new, old"):
        private.seal("person/9", WANG)
        assert private.unseal("person/0") == WANG
        assert [private.reseal(3), private.reseal(3), private.reseal(3)] == [3, 2, 0]
    with override_settings(PRIVATE_KEYS="new"):
        assert len(private.unseal_many([f"person/{n}" for n in range(10)])) == 6
    with override_settings(PRIVATE_KEYS="other"), pytest.raises(private.CannotOpen, match="YINUO_PRIVATE_KEYS"):
        private.unseal("person/0")


def test_a_row_put_under_another_ref_does_not_open():
    private.seal("person/1", WANG)
    connection.cursor().execute("update ledger_private set ref = 'person/2'")
    with pytest.raises(private.CannotOpen, match="person/2 was changed"):
        private.unseal("person/2")
