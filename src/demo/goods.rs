//! What the demo's stores sell: seventeen goods with stock in both, and three services.

use super::people::People;
use super::verbs::{CURRENCY, run};
use crate::app::App;
use crate::catalog::commands::CreateProduct;
use crate::error::Error;
use crate::inventory::commands::AdjustStock;
use crate::money::Money;
use entity::ProductKind;

/// SKU, title, price and reseller price in cents, units in the shop.
const GOODS: [(&str, &str, i64, i64, i32); 17] = [
    ("MUG-BLUE", "Mug, blue stoneware", 1_250, 875, 240),
    ("MUG-WHITE", "Mug, white stoneware", 1_150, 805, 300),
    ("KETTLE-1L", "Kettle, 1 litre", 5_900, 4_450, 40),
    ("GRINDER-HAND", "Coffee grinder, by hand", 8_400, 6_300, 25),
    ("GRINDER-ELECTRIC", "Coffee grinder, electric", 18_900, 14_200, 18),
    ("FILTER-100", "Paper filters, 100", 690, 450, 500),
    ("BEANS-1KG", "Coffee beans, 1 kg", 2_400, 1_750, 160),
    ("ESPRESSO-HOME", "Espresso machine, one group", 64_900, 52_000, 12),
    ("ESPRESSO-BAR", "Espresso machine, two groups", 429_000, 355_000, 4),
    ("SCALE-2KG", "Scale, 2 kg", 4_500, 3_300, 60),
    ("TRAY-OAK", "Tray, oak", 3_800, 2_700, 80),
    ("GLASS-WATER", "Water glass", 450, 290, 600),
    ("CARAFE-1L", "Carafe, 1 litre", 2_950, 2_100, 70),
    ("SPOON-6", "Spoons, 6", 1_900, 1_300, 110),
    ("TOWEL-BAR", "Bar towel", 950, 620, 220),
    ("STOOL-BEECH", "Stool, beech", 12_900, 9_800, 30),
    ("TABLE-BISTRO", "Bistro table", 24_500, 18_900, 9),
];

/// SKU, title, price in cents.
const SERVICES: [(&str, &str, i64); 3] = [
    ("INSTALL", "Installation at your place", 18_000),
    ("SERVICE-YEAR", "Yearly maintenance", 24_000),
    ("TRAINING", "Barista training, half a day", 32_000),
];

/// Makes the products and counts the goods in.
pub async fn stock_up(app: &App, people: &People) -> Result<(), Error> {
    let usd = |minor| Money { minor, currency: CURRENCY.to_owned() };
    for (sku, title, price, reseller_price, units) in GOODS {
        let product = CreateProduct {
            kind: ProductKind::Goods,
            sku: sku.to_owned(),
            title: title.to_owned(),
            price: usd(price),
            reseller_price: Some(usd(reseller_price)),
            external_id: None,
        };
        run(app, &people.admin, &product).await?;
        for (store_id, delta) in [(people.shop, units), (people.warehouse, units / 4 + 1)] {
            let count =
                AdjustStock { store_id, sku: sku.to_owned(), delta, reason_code: "INITIAL".to_owned(), note: None };
            run(app, &people.operator, &count).await?;
        }
    }
    for (sku, title, price) in SERVICES {
        let product = CreateProduct {
            kind: ProductKind::Service,
            sku: sku.to_owned(),
            title: title.to_owned(),
            price: usd(price),
            reseller_price: None,
            external_id: None,
        };
        run(app, &people.admin, &product).await?;
    }
    Ok(())
}
