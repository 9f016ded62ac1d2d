// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {ERC20, ERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// An ERC-4626 venue whose price anyone may steer, as far as a band around the fair price of one unit a share: what a
/// thief does to a venue that trades. Who deposits or redeems does so at the steered price; the difference to the fair
/// one goes to the counterparty, or comes out of its pocket (it must have approved this contract). So every share is
/// worth exactly one unit of the asset in here, whatever was traded. For tests only.
contract SteeredVault is ERC4626 {
    using Math for uint256;

    uint256 public constant FAIR_PRICE_WAD = 1e18;
    /// How far the price may be from the fair one, in hundredths of a percent.
    uint256 public immutable BAND_BPS;
    address public immutable COUNTERPARTY;
    /// Assets for a share, in wad.
    uint256 public priceWad = FAIR_PRICE_WAD;

    error OutOfBand(uint256 priceWad, uint256 leastWad, uint256 mostWad);

    constructor(IERC20 asset_, address counterparty, uint256 bandBps) ERC20("Steered vault", "STV") ERC4626(asset_) {
        (COUNTERPARTY, BAND_BPS) = (counterparty, bandBps);
    }

    /// Sets the price at which the venue trades and values.
    function steer(uint256 newPriceWad) external {
        uint256 band = FAIR_PRICE_WAD * BAND_BPS / 10_000;
        (uint256 least, uint256 most) = (FAIR_PRICE_WAD - band, FAIR_PRICE_WAD + band);
        require(least <= newPriceWad && newPriceWad <= most, OutOfBand(newPriceWad, least, most));
        priceWad = newPriceWad;
    }

    /// @inheritdoc ERC4626
    function totalAssets() public view override returns (uint256) {
        return _convertToAssets(totalSupply(), Math.Rounding.Floor);
    }

    function _convertToShares(uint256 assets, Math.Rounding rounding) internal view override returns (uint256) {
        return assets.mulDiv(FAIR_PRICE_WAD, priceWad, rounding);
    }

    function _convertToAssets(uint256 shares, Math.Rounding rounding) internal view override returns (uint256) {
        return shares.mulDiv(priceWad, FAIR_PRICE_WAD, rounding);
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        super._deposit(caller, receiver, assets, shares);
        _settle(totalSupply());
    }

    function _withdraw(address caller, address receiver, address owner, uint256 assets, uint256 shares)
        internal
        override
    {
        // What is paid above the fair price comes first, so that the last share can be paid too.
        _settle(totalSupply() - shares + assets);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// Brings what lies here to `assets`, from or to the counterparty.
    function _settle(uint256 assets) private {
        IERC20 token = IERC20(asset());
        uint256 held = token.balanceOf(address(this));
        if (held > assets) SafeERC20.safeTransfer(token, COUNTERPARTY, held - assets);
        if (held < assets) SafeERC20.safeTransferFrom(token, COUNTERPARTY, address(this), assets - held);
    }
}
