"""What a password must be, beyond Django's own rules."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MixedValidator:
    """At least three of: capital letters, small letters, digits, other signs (GB/T 22239 8.1.4.1 asks for complexity)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError."""
        kinds = (str.isupper, str.islower, str.isdigit, _is_other)
        if sum(any(is_one(sign) for sign in password) for is_one in kinds) < 3:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        """The sentence on the form."""
        return _("密码须至少包含大写字母、小写字母、数字、其他符号中的三类。")


def _is_other(sign: str) -> bool:
    return not sign.isalnum()
