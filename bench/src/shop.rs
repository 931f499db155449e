//! What is sold to whom, and an order's way from quotation to completion over GraphQL.

use crate::Outcome;
use crate::client::{Client, text};
use serde_json::{Value, json};

const PRODUCTS: usize = 50;
const CUSTOMERS: usize = 64;
const ON_HAND: u32 = 1_000_000;

/// A store with products, and customers.
#[derive(Clone, Debug)]
pub struct Shop {
    store: String,
    customers: Vec<String>,
}

/// How far an order is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A sale that waits for its payment: four mutations.
    Sold,
    /// Paid, with a fulfilment to be packed: five mutations.
    Paid,
    /// Delivered and closed: nine mutations.
    Completed,
}

impl Shop {
    /// Opens a shop.
    pub async fn open(client: &mut Client) -> Outcome<Self> {
        let mutation = "mutation($input: CreateStoreInput!) { createStore(input: $input) { store { id } } }";
        let made = client.ask(mutation, json!({ "input": { "name": "Main Street", "currency": "USD" } })).await?;
        let store = text(&made, "/createStore/store/id")?;
        for number in 0..PRODUCTS {
            let mutation = "mutation($product: CreateProductInput!, $stock: AdjustStockInput!) \
                { createProduct(input: $product) { product { id } } adjustStock(input: $stock) { stock { id } } }";
            let price = json!({ "amount": "10.00", "currency": "USD" });
            let product = json!({ "sku": sku(number), "title": format!("Product {number}"), "price": price });
            let stock = json!({ "storeId": store, "sku": sku(number), "delta": ON_HAND, "reasonCode": "INITIAL" });
            client.ask(mutation, json!({ "product": product, "stock": stock })).await?;
        }
        let mut customers = Vec::with_capacity(CUSTOMERS);
        for number in 0..CUSTOMERS {
            let mutation =
                "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id } } }";
            let made = client.ask(mutation, json!({ "input": { "name": format!("Customer {number}") } })).await?;
            customers.push(text(&made, "/createCustomer/customer/id")?);
        }
        Ok(Self { store, customers })
    }

    /// Takes an order, the `number`th, of two lines as far as wanted: 30.00 USD. Its sale's id.
    pub async fn order(&self, client: &mut Client, number: usize, until: Until) -> Outcome<String> {
        let sale = self.sold(client, number).await?;
        if until == Until::Sold {
            return Ok(sale);
        }
        let fulfilment = pay(client, &sale).await?;
        if until == Until::Completed {
            client.send(&fulfilment, "FULFILMENT_STARTED", Value::Null).await?;
            let parcel = json!({ "carrier": "DHL", "trackingNumber": "JD014600003" });
            client.send(&fulfilment, "PACKAGE_SHIPPED", parcel).await?;
            client.send(&fulfilment, "PACKAGE_DELIVERED", Value::Null).await?;
            client.send(&fulfilment, "COMPLETE", Value::Null).await?;
        }
        Ok(sale)
    }

    /// The fulfilment, to be packed, of such an order that is paid.
    pub async fn packed(&self, client: &mut Client, number: usize) -> Outcome<String> {
        let sale = self.sold(client, number).await?;
        pay(client, &sale).await
    }

    async fn sold(&self, client: &mut Client, number: usize) -> Outcome<String> {
        let (first, second) = (sku(number % PRODUCTS), sku((number + 7) % PRODUCTS));
        let lines = json!([{ "sku": first, "quantity": 2 }, { "sku": second, "quantity": 1 }]);
        let quotation = self.quote(client, number, lines).await?;
        client.send(&quotation, "SHARE", Value::Null).await?;
        client.send(&quotation, "BUYER_APPROVES", Value::Null).await?;
        let mutation = "mutation($input: SendWorkflowEventInput!) { sendWorkflowEvent(input: $input) \
            { subject { id ... on Quotation { saleOrder { id } } } transition { sequence } } }";
        let input = json!({ "subjectId": quotation, "event": "SELLER_APPROVES" });
        let sold = client.ask(mutation, json!({ "input": input })).await?;
        text(&sold, "/sendWorkflowEvent/subject/saleOrder/id")
    }

    /// A quotation of one unit of one of so many products, which lacks the seller's approval alone.
    pub async fn nearly_agreed(&self, client: &mut Client, number: usize, products: usize) -> Outcome<String> {
        let lines = json!([{ "sku": sku(number % products), "quantity": 1 }]);
        let quotation = self.quote(client, number, lines).await?;
        client.send(&quotation, "SHARE", Value::Null).await?;
        client.send(&quotation, "BUYER_APPROVES", Value::Null).await?;
        Ok(quotation)
    }

    async fn quote(&self, client: &mut Client, number: usize, lines: Value) -> Outcome<String> {
        let mutation =
            "mutation($input: CreateQuotationInput!) { createQuotation(input: $input) { quotation { id } } }";
        let address = json!({ "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "countryCode": "DE" });
        let input = json!({
            "type": "CONSUMER", "channel": "WEB", "storeId": self.store,
            "customerId": self.customers[number % CUSTOMERS], "lines": lines, "shippingAddress": address,
        });
        let made = client.ask(mutation, json!({ "input": input })).await?;
        text(&made, "/createQuotation/quotation/id")
    }
}

/// Pays a sale in full. Its fulfilment's id.
async fn pay(client: &mut Client, sale: &str) -> Outcome<String> {
    let mutation = "mutation($input: RegisterConsumerPaymentInput!) { registerConsumerPayment(input: $input) \
        { payment { id } saleOrder { workflowState fulfilments { id } } } }";
    let amount = json!({ "amount": "30.00", "currency": "USD" });
    let input = json!({ "saleOrderId": sale, "amount": amount, "method": "CARD", "status": "CONFIRMED" });
    let paid = client.ask(mutation, json!({ "input": input })).await?;
    text(&paid, "/registerConsumerPayment/saleOrder/fulfilments/0/id")
}

fn sku(number: usize) -> String {
    format!("SKU-{number}")
}
