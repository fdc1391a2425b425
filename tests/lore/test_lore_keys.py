"""What counts as saying a key, in which script."""

import pytest

from tests.lore.library import book, entry, fired, fires


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("mill", "Who burned the mill?"),
        ("Mill", "the MILL!"),
        ("mill", "the mill's wheel"),
        ("mill", "hand-mill"),
        ("old mill", "that old  mill over there"),
        ("old mill", "the Old\nMill"),
        ("St. John", "St John was here"),
        ("Mira's forge", "Mira’s forge"),
        ("marsh-king", "the marsh king"),
        ("the king of the marsh", "Is the King of the Marsh dead?"),
        ("straße", "in der STRASSE"),
        ("café", "at the cafe\u0301"),
        ("ｍｉｌｌ", "the mill"),
        ("mi\u00adll", "the mill"),
        ("c++", "do you speak C++?"),
        ("🐉", "I saw a 🐉!"),
        ("❤", "with ❤\ufe0f, Ayla"),
        # Cyrillic, Greek, Arabic, Hebrew, Hindi, Vietnamese
        ("мельница", "Кто сжёг Мельница?"),
        ("старая мельница", "это СТАРАЯ мельница."),
        ("μύλος", "ο ΜΎΛΟΣ κάηκε"),
        ("طاحونة", "من أحرق طاحونة القرية؟"),
        ("טחנה", "מי שרף טחנה?"),
        ("मिल", "पुरानी मिल जल गई"),
        ("cối xay", "Ai đốt cối xay?"),
        # without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese; Korean with particles
        ("磨坊", "谁烧了老磨坊?"),
        ("火", "着火了"),
        ("水車小屋", "昨日水車小屋が燃えた"),
        ("ミラ", "ﾐﾗさんはどこ？"),
        ("โรงสี", "ใครเผาโรงสีเก่า"),
        ("ໂຮງສີ", "ໃຜເຜົາໂຮງສີເກົ່າ"),
        ("រោងម៉ាស៊ីន", "នរណាដុតរោង\u200bម៉ាស៊ីនចាស់"),
        ("ကြိတ်ဆုံ", "ဘယ်သူကကြိတ်ဆုံကိုမီးရှို့တာလဲ"),
        ("방앗간", "누가 방앗간을 태웠나?"),
        # scripts side by side
        ("mill", "老mill烧了"),
        ("大Mill", "大mill烧了"),
    ],
)
def test_a_key_that_is_said(key: str, said: str) -> None:
    assert fires(entry(key), said)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("mill", "The miller and the windmill."),
        ("mill", "mill2"),
        ("old mill", "the mill is old"),
        ("old mill", "old miller"),
        ("the king of the marsh", "the king of the hill, and the marsh"),
        ("c++", "a c, and a plus"),
        ("$100", "100 coins"),
        ("кот", "котёл"),
        ("μύλος", "μύλοςα"),
        ("मिल", "मिला"),
        ("म", "मिल"),
        ("طاحونة", "الطاحونة"),
        ("磨坊", "磨的坊"),
        ("โรงสี", "โรงเรียน"),
        ("   ", "three   spaces"),
        ("\u200b", "nothing"),
    ],
)
def test_a_key_that_is_not_said(key: str, said: str) -> None:
    assert not fires(entry(key), said)


def test_a_key_that_need_not_be_a_whole_word() -> None:
    stem = entry("мельниц", whole_words=False)
    assert fires(stem, "Кто сжёг мельницу?")
    assert fires(entry("mill", whole_words=False), "The windmills turn.")
    assert fires(entry("d m", whole_words=False), "old\n mill")
    assert not fires(stem, "Кто сжёг мель?")


def test_capitals_make_a_difference_where_the_writer_says_so() -> None:
    will = entry("Will", case_sensitive=True)
    assert fires(will, "Have you seen Will?")
    assert not fires(will, "I will.")
    assert fires(entry("Will Reed", case_sensitive=True), "Will Reed")
    assert not fires(entry("Will Reed", case_sensitive=True), "Will reed")
    assert not fires(entry("МЕЛЬ", case_sensitive=True, whole_words=False), "мельница")


def test_one_of_many_keys_is_enough() -> None:
    mill = entry("mill", "wheel", "磨坊")
    assert fires(mill, "the wheel")
    assert fires(mill, "磨坊在哪里")
    assert not fires(mill, "the river")


def test_the_same_key_in_many_entries_fires_all_of_them() -> None:
    three = [entry("mill", text=f"Number {number}.", id=str(number)) for number in range(3)]
    assert fired(book(*three), "the mill") == ["0", "1", "2"]


def test_keys_that_begin_alike_are_told_apart() -> None:
    many = book(*(entry(f"the king of {name}", id=name) for name in ("reeds", "sand", "salt")))
    assert fired(many, "Long live the king of salt!") == ["salt"]


@pytest.mark.parametrize("text", ["", "?!", " ", "\ud800", "a" * 100_000, "磨" * 10_000])
def test_any_text_may_be_said(text: str) -> None:
    assert not fires(entry("mill", "磨坊", "水車小屋", "e\u0301"), text)
